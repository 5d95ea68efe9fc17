/**
 * How a policy module talks to its host. The serialised names are those of the metadata field
 * `executionMode`.
 */
export type ExecutionMode = 'kubewarden-wapc' | 'wasi' | 'opa' | 'gatekeeper';

export const executionModes: readonly ExecutionMode[] = ['kubewarden-wapc', 'opa', 'gatekeeper', 'wasi'];

/** True for the two modes whose module is Rego compiled by OPA. */
export function isRegoMode(mode: ExecutionMode): boolean {
  return mode === 'opa' || mode === 'gatekeeper';
}
