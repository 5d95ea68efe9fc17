import { accept, containerLists, definePolicy, extractPodSpec, reject } from '@kubewarden/policy-sdk';
import { boolean, object, optional } from 'valibot';

/** What is looked at of a container of any kind; an ephemeral container has no other security context. */
interface AnyContainer {
  readonly securityContext?: { readonly privileged?: boolean };
}

const flag = optional(boolean('must be a boolean'), false);

export default definePolicy({
  settings: object({ skip_init_containers: flag, skip_ephemeral_containers: flag }),
  validate(request, settings) {
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined) return accept();
    const { containers, initContainers, ephemeralContainers } = containerLists(podSpec);
    if (containers.some(isPrivileged)) return reject({ message: 'Privileged container is not allowed' });
    if (!settings.skip_init_containers && initContainers.some(isPrivileged)) {
      return reject({ message: 'Privileged init container is not allowed' });
    }
    if (!settings.skip_ephemeral_containers && ephemeralContainers.some(isPrivileged)) {
      return reject({ message: 'Privileged ephemeral container is not allowed' });
    }
    return accept();
  },
});

function isPrivileged({ securityContext }: AnyContainer): boolean {
  return securityContext?.privileged === true;
}
