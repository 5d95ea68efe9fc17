/** A place in a source file. */
export interface SourceLocation {
  /** Relative to the folder of the project (that of the nearest package.json above the entry). */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** What kind of mistake it is; stable, for programs. */
export type CompileErrorCode =
  /** The entry cannot be read. */
  | 'entry-not-found'
  /** The bundler cannot make sense of a file, or does not find what it imports. */
  | 'bundle'
  /** A module is imported that only Node has. */
  | 'node-import'
  | 'no-default-export'
  /** The default export is not what `definePolicy` returns. */
  | 'not-a-policy'
  /** A global is used that policies do not have. */
  | 'unresolved-global'
  /** The clock or the random generator is used before there is a request. */
  | 'top-level-clock'
  | 'top-level-random'
  | 'top-level-await'
  /** A host capability is called before there is a request. */
  | 'top-level-host-call'
  /** Code outside of functions throws, or leaves a rejected promise behind. */
  | 'top-level-throw'
  /** Code outside of functions takes too long or too much memory. */
  | 'top-level-limit'
  | 'too-large'
  | 'metadata';

/** A policy that cannot be compiled. The message says where, what, and what to do instead. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly code: CompileErrorCode;
  readonly location: SourceLocation | undefined;
  /** The problem alone, without place and advice. */
  readonly problem: string;
  /** What to do instead. */
  readonly hint: string | undefined;

  constructor(
    code: CompileErrorCode,
    problem: string,
    details: {
      readonly location?: SourceLocation | undefined;
      readonly hint?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    const place = details.location === undefined ? '' : `${formatLocation(details.location)}: `;
    const advice = details.hint === undefined ? '' : `; ${details.hint}`;
    super(`${place}${problem}${advice}`, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.problem = problem;
    this.location = details.location;
    this.hint = details.hint;
  }
}

/** `src/policy.ts:12:5` */
export function formatLocation({ file, line, column }: SourceLocation): string {
  return `${file}:${line}:${column}`;
}
