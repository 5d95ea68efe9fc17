import type { Metadata } from '@kubewarden/policy';
import type { SourceLocation } from './errors.ts';

/** The interface between policy and host that a module is made for. */
export type PolicyAbi = 'wapc' | 'wasi';

export interface CompileOptions {
  /** Path of the TypeScript or JavaScript file whose default export is the policy. */
  readonly entry: string;
  readonly abi: PolicyAbi;
  /**
   * Embedded in the module when it is given. Its execution mode is set to that of the ABI, its protocol version to
   * what the module speaks.
   */
  readonly metadata?: Metadata;
  /**
   * Whether the entry is a program for Javy that reads its request from stdin, as those written with the official
   * JavaScript SDK are. `auto`, the default, looks for the globals `Javy`, `policyAction` and `__hostCall`.
   */
  readonly javy?: boolean | 'auto';
  /**
   * Globals that may stay unresolved: reading one throws a ReferenceError, so only code that is never reached may.
   */
  readonly allowedGlobals?: readonly string[];
  /** The largest module that is not an error. Default: 4 MiB. */
  readonly maximumBytes?: number;
}

/** Bytes, by what they are. */
export interface SizeReport {
  /** The module, metadata included. */
  readonly wasm: number;
  /** The module as `gzip -9` makes it. */
  readonly gzip: number;
  /** The JavaScript engine and its glue to the ABI. */
  readonly engine: number;
  /** The memory after the policy was evaluated: the engine's built-in objects, the policy's code and data. */
  readonly snapshot: number;
  /** The bundled JavaScript that was evaluated; the module holds it as bytecode. */
  readonly bundle: number;
  /** The table that leads from the bundle's lines to those of the sources. */
  readonly lineTable: number;
}

export interface CompileWarning {
  readonly message: string;
  readonly location?: SourceLocation;
}

/** An npm package of which code has gone into a module. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** The SPDX expression of its package.json. */
  readonly licence?: string;
  /** Bytes of its code in the bundle; 0 for the engine. */
  readonly bytes: number;
}

/** What a module was made of. */
export interface PolicyInputs {
  /** The project's package.json; absent if there is none, or it has no name. */
  readonly project?: { readonly name: string; readonly version: string };
  /** The files of the bundle, relative to the project, sorted. */
  readonly files: readonly string[];
  /** Other packages of which code is in the module, the engine among them, sorted by name and version. */
  readonly packages: readonly BundledPackage[];
}

export interface CompiledPolicy {
  /** A self-contained core module. The same input gives the same bytes. */
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the module, in hexadecimal. */
  readonly digest: string;
  readonly size: SizeReport;
  readonly warnings: readonly CompileWarning[];
  readonly inputs: PolicyInputs;
  /** Absolute paths of all files that were read; when one changes, so may the module. */
  readonly watchFiles: readonly string[];
  /** The source map of the bundle (revision 3, JSON). Not a part of the module. */
  readonly sourceMap: string;
}
