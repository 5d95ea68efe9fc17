import { exportNames } from './wasm/module.ts';

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

/**
 * Whether a module was compiled by OPA: it has an export whose name starts with `opa_`.
 *
 * @throws WasmFormatError if the bytes are not a core module
 */
export function isRegoModule(bytes: Uint8Array): boolean {
  return exportNames(bytes).some((name) => name.startsWith('opa_'));
}

/** The execution mode asked for does not fit the policy. */
export class ExecutionModeError extends Error {
  override readonly name = 'ExecutionModeError';
}

const createdWithRego =
  'The policy has been created with Rego, the policy execution mode specified via CLI flag is wrong';
const notCreatedWithRego =
  'The policy has not been created with Rego, the policy execution mode specified via CLI flag is wrong';

/**
 * Decides in which mode a policy runs.
 *
 * @param declared the mode in the policy's metadata; undefined if it has none
 * @param requested the mode that the user asks for; undefined to leave it to the policy
 * @param rego whether the module is Rego, see {@link isRegoModule}
 * @throws ExecutionModeError if the three do not agree, or nothing says which Rego mode is meant
 */
export function determineExecutionMode(
  declared: ExecutionMode | undefined,
  requested: ExecutionMode | undefined,
  rego: boolean,
): ExecutionMode {
  if (declared !== undefined && requested !== undefined && declared !== requested) {
    throw new ExecutionModeError(
      'The policy execution mode specified via CLI flag is different from the one reported inside of ' +
        `policy's metadata. Metadata reports ${declared} instead of ${requested}`,
    );
  }
  const mode = declared ?? requested;
  if (mode === undefined) {
    if (!rego) return 'kubewarden-wapc';
    throw new ExecutionModeError(
      'The policy has been created with Rego, please specify which Opa runtime has to be used',
    );
  }
  if (isRegoMode(mode) !== rego) throw new ExecutionModeError(rego ? createdWithRego : notCreatedWithRego);
  return mode;
}

/**
 * Checks the mode that an author declares against the module. A WASI policy may be anything.
 *
 * @returns what is wrong, or undefined
 */
export function declaredModeProblem(declared: ExecutionMode, rego: boolean): string | undefined {
  const prefix = "Wrong value inside of policy's metadata for 'executionMode'.";
  if (isRegoMode(declared) && !rego) return `${prefix} The policy has not been created using Rego`;
  if (declared === 'kubewarden-wapc' && rego) return `${prefix} This policy has been created using Rego`;
  return undefined;
}
