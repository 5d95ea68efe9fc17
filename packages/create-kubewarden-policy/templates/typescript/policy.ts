import { accept, allContainers, definePolicy, extractPodSpec, reject } from '@kubewarden/policy-sdk';
import * as v from 'valibot';

/** What operators may set; the types of `validate` come from here. */
const settings = v.object({
  /** Registries that images may come from, such as `ghcr.io/acme`. */
  registries: v.pipe(v.array(v.string()), v.minLength(1, 'name at least one registry')),
});

export default definePolicy({
  settings,
  validate(request, { registries }) {
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined) return accept();

    const untrusted = allContainers(podSpec)
      .filter(({ image = '' }) => !registries.some((registry) => image.startsWith(`${registry}/`)))
      .map(({ name, image }) => `${name} (${image})`);
    if (untrusted.length === 0) return accept();
    return reject({
      message: `these containers have images of untrusted registries: ${untrusted.join(', ')}`,
    });
  },
});
