import type { ImportSignature } from '../module/imports.ts';

/** Most arguments that OPA passes to a builtin of the host. */
const maximumBuiltinArity = 4;

/** The functions that modules compiled by OPA import (ABI 1.1 to 1.3). */
export const regoImports: readonly ImportSignature[] = [
  { module: 'env', name: 'opa_abort', parameters: ['i32'], results: [] },
  { module: 'env', name: 'opa_println', parameters: ['i32'], results: [] },
  ...Array.from({ length: maximumBuiltinArity + 1 }, (_, arity): ImportSignature => ({
    module: 'env',
    name: `opa_builtin${arity}`,
    // The number of the builtin, the evaluation context (unused since OPA 0.20), the arguments.
    parameters: Array.from({ length: arity + 2 }, () => 'i32' as const),
    results: ['i32'],
  })),
];

/** The memory that these modules import: the host creates it. */
export const regoMemoryImport = { module: 'env', name: 'memory' } as const;
