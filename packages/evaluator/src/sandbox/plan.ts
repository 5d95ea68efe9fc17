/**
 * How the instances of one module are brought back to their initial state between two reviews. Made once,
 * when the module is compiled; survives a structured clone.
 */
export interface SandboxPlan {
  /** `restore` rewrites memory, globals and tables; `fresh` throws the instance away. */
  readonly strategy: 'restore' | 'fresh';
  /** Why a module has to use fresh instances; absent for `restore`. */
  readonly reason?: string;
  /** Names under which instrumentation exports the mutable globals that must be restored. */
  readonly globals: readonly string[];
  /** Names under which instrumentation exports the tables that must be restored. */
  readonly tables: readonly string[];
  /**
   * Pages (64 KiB each) that the memory starts with. A host that creates the memory (Rego) creates it with
   * exactly this size.
   */
  readonly initialPages: number;
  /** The most pages that a guest's memory may have. */
  readonly maximumPages: number;
}

/** Bytes of a WebAssembly page. */
export const pageBytes = 65_536;
