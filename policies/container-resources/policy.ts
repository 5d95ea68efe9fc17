import {
  accept,
  acceptSettings,
  containerLists,
  definePolicy,
  extractPodSpec,
  mutate,
  reject,
  rejectSettings,
  type Container,
} from '@kubewarden/policy-sdk';
import { adjustContainer, Violation } from './container.ts';
import { problemOfSettings, settingsSchema } from './settings.ts';

export default definePolicy({
  settings: settingsSchema,
  validateSettings(settings) {
    const problem = problemOfSettings(settings);
    return problem === undefined ? acceptSettings() : rejectSettings(problem);
  },
  validate(request, settings) {
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined) return accept();
    const { initContainers, containers } = containerLists(podSpec);
    const subjects = [...initContainers.filter(isSidecar), ...containers].filter(
      ({ image }) => !isIgnored(image ?? '', settings.ignoreImages ?? []),
    );
    try {
      const changed = subjects.map((container) => adjustContainer(container, settings));
      return changed.includes(true) ? mutate(request.object) : accept();
    } catch (error) {
      if (error instanceof Violation) return reject({ message: error.message, code: 400 });
      throw error;
    }
  },
});

/** Such an init container runs as long as the pod does. */
function isSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}

function isIgnored(image: string, ignoreImages: readonly string[]): boolean {
  return ignoreImages.some((pattern) =>
    pattern.endsWith('*') ? image.startsWith(pattern.slice(0, -1)) : image === pattern,
  );
}
