import type { AdmissionRequest } from '../request/admission-request.ts';
import { accept, mutate, reject, type ValidationResponse } from '../response/response.ts';
import { locatePodSpec, UnsupportedKindError, type LocatedPodSpec } from './locate.ts';
import type { PodSpec } from './pod-spec.ts';

/**
 * Changes the pod spec of a workload, and nothing else of it.
 *
 * @param change - edits the pod spec in place, or returns another one; not called when there is none
 * @returns the mutation; an acceptance if there is no pod spec, a rejection if the kind is not a workload
 * @throws RequestError as {@link extractPodSpec} does, but not for the kind
 *
 * @example
 * ```ts
 * import { definePolicy, mutatePodSpec } from '@kubewarden/policy-sdk';
 *
 * export default definePolicy({
 *   validate: (request) =>
 *     mutatePodSpec(request, (podSpec) => {
 *       podSpec.automountServiceAccountToken ??= false;
 *     }),
 * });
 * ```
 */
export function mutatePodSpec(
  request: AdmissionRequest<unknown>,
  change: (podSpec: PodSpec) => PodSpec | void,
): ValidationResponse {
  let located: LocatedPodSpec | undefined;
  try {
    located = locatePodSpec(request);
  } catch (error) {
    if (error instanceof UnsupportedKindError) return reject({ message: error.message });
    throw error;
  }
  if (located === undefined) return accept();
  located.holder['spec'] = change(located.podSpec) ?? located.podSpec;
  return mutate(request.object);
}
