import {
  accept,
  containerLists,
  definePolicy,
  extractPodSpec,
  mutatePodSpec,
  reject,
  type Container,
  type EphemeralContainer,
} from '@kubewarden/policy-sdk';
import { boolean, object, optional } from 'valibot';

export default definePolicy({
  settings: object({ default_allow_privilege_escalation: optional(boolean('must be a boolean'), true) }),
  validate(request, settings) {
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined) return accept();
    const { initContainers, containers, ephemeralContainers } = containerLists(podSpec);
    const offenders = [
      initContainers.some(mayEscalate) ? 'one of the init containers' : [],
      containers.some(mayEscalate) ? 'one of the containers' : [],
      ephemeralContainers.some(mayEscalate) ? 'one of the ephemeral containers' : [],
    ].flat();
    if (offenders.length > 0) {
      return reject({
        message: offenders.map((which) => `${which} has privilege escalation enabled`).join(', '),
      });
    }
    // Kubernetes allows it where nothing is said.
    if (settings.default_allow_privilege_escalation) return accept();
    const undecided = [...initContainers, ...containers].filter(saysNothing);
    if (undecided.length === 0) return accept();
    return mutatePodSpec(request, () => undecided.forEach(forbid));
  },
});

function mayEscalate({ securityContext }: Container | EphemeralContainer): boolean {
  return securityContext?.allowPrivilegeEscalation === true;
}

function saysNothing({ securityContext }: Container): boolean {
  return securityContext?.allowPrivilegeEscalation !== false;
}

function forbid(container: Container): void {
  container.securityContext = { ...container.securityContext, allowPrivilegeEscalation: false };
}
