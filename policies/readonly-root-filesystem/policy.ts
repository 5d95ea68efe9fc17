import {
  accept,
  containerLists,
  definePolicy,
  extractPodSpec,
  reject,
  type Container,
} from '@kubewarden/policy-sdk';

export default definePolicy({
  validate(request) {
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined) return accept();
    const { initContainers, containers } = containerLists(podSpec);
    const offenders = [
      initContainers.some(mayWrite) ? 'One of the init containers' : [],
      containers.some(mayWrite) ? 'One of the containers' : [],
    ].flat();
    if (offenders.length === 0) return accept();
    return reject({
      message: offenders.map((which) => `${which} does not have readOnlyRootFilesystem enabled`).join(', '),
    });
  },
});

/** Containers may write where nothing is said. */
function mayWrite({ securityContext }: Container): boolean {
  return securityContext?.readOnlyRootFilesystem !== true;
}
