import type { ImportSignature } from '../module/imports.ts';

/** Parameters of each function of the module `wapc`, all i32; three of them return an i32. */
const parameterCounts = {
  __console_log: 2,
  __guest_error: 2,
  __guest_request: 2,
  __guest_response: 2,
  __host_call: 8,
  __host_error: 1,
  __host_error_len: 0,
  __host_response: 1,
  __host_response_len: 0,
} as const;

export type WapcImportName = keyof typeof parameterCounts;

const withResult: ReadonlySet<string> = new Set<WapcImportName>([
  '__host_call',
  '__host_error_len',
  '__host_response_len',
]);

/** The functions that a waPC guest may import beside those of WASI. */
export const wapcImports: readonly ImportSignature[] = Object.entries(parameterCounts).map(
  ([name, count]) => ({
    module: 'wapc',
    name,
    parameters: Array.from({ length: count }, () => 'i32' as const),
    results: withResult.has(name) ? ['i32'] : [],
  }),
);
