import { RegoModuleError } from './errors.ts';

/** An address in the guest's memory. */
export type Address = number;

/** What the host calls in a module compiled by OPA; see "ABI" in OPA's page on WebAssembly. */
export interface RegoExports {
  opa_malloc(size: number): Address;
  opa_heap_ptr_get(): Address;
  /** Address of the parsed value, 0 when the text is no JSON. */
  opa_json_parse(text: Address, length: number): Address;
  /** Address of NUL-terminated JSON. */
  opa_json_dump(value: Address): Address;
  /**
   * As `opa_json_parse`, for Rego values: sets and keys that are no strings survive. Absent in modules of very
   * old releases of OPA.
   */
  opa_value_parse?(text: Address, length: number): Address;
  opa_value_dump?(value: Address): Address;
  /** Address of an object: name of a builtin → its number. */
  builtins(): Address;
  /** Address of an object: name of an entry point → its number. */
  entrypoints(): Address;
  eval(context: Address): number;
  opa_eval_ctx_new(): Address;
  opa_eval_ctx_set_input(context: Address, value: Address): void;
  opa_eval_ctx_set_data(context: Address, value: Address): void;
  opa_eval_ctx_set_entrypoint(context: Address, id: number): void;
  opa_eval_ctx_get_result(context: Address): Address;
}

const required: readonly (keyof RegoExports)[] = [
  'builtins',
  'entrypoints',
  'opa_heap_ptr_get',
  'opa_eval_ctx_new',
  'opa_eval_ctx_set_input',
  'opa_eval_ctx_set_data',
  'opa_eval_ctx_set_entrypoint',
  'opa_eval_ctx_get_result',
  'opa_json_dump',
  'opa_malloc',
  'opa_json_parse',
  'eval',
];

/**
 * The exports of an instance, checked.
 *
 * @throws RegoModuleError for a missing function or another ABI than 1.1 to 1.3
 */
export function regoExports(instance: WebAssembly.Instance): RegoExports {
  const { exports } = instance;
  const missing = required.find((name) => typeof exports[name] !== 'function');
  if (missing !== undefined) {
    throw new RegoModuleError(`Rego wasm error: cannot get ${missing} function: it is not exported`);
  }
  const major = globalValue(exports['opa_wasm_abi_version']);
  const minor = globalValue(exports['opa_wasm_abi_minor_version']);
  // Modules older than the version globals follow ABI 1.1.
  if (major !== undefined && (major !== 1 || (minor ?? 0) < 1)) {
    throw new RegoModuleError(`Rego wasm error: unsupported ABI version: ${major}.${minor ?? 0}`);
  }
  return exports as unknown as RegoExports;
}

function globalValue(value: WebAssembly.ExportValue | undefined): number | undefined {
  return value instanceof WebAssembly.Global ? Number(value.value) : undefined;
}
