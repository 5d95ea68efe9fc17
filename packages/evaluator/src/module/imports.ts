/** The value types that cross between guests and this host. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64';

/** A function that the host offers to a guest; policies are checked against the list of their mode. */
export interface ImportSignature {
  /** Name of the module that it is imported from: `wapc`, `wasi_snapshot_preview1`, `env`, … */
  readonly module: string;
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}
