import type * as core from 'kubernetes-types/core/v1.js';

/**
 * The specification of a pod. Unlike in the generated types the list of containers may be absent: nobody has
 * checked what a policy sees before Kubernetes itself does.
 */
export interface PodSpec extends Omit<core.PodSpec, 'containers'> {
  containers?: core.Container[];
}
