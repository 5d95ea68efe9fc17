import { SourceMap, type SourceMapPayload } from 'node:module';
import type { SourceLocation } from '../errors.ts';

/** Name of the bundle in the engine's stack traces; the runtime knows it as well (`guest/describe-error.ts`). */
export const bundleName = 'policy.js';

/** Leads from the bundle back to the sources. */
export class BundleSources {
  readonly #map: SourceMap;
  /** Lines that stand in front of the bundle when it is evaluated. */
  readonly #lineOffset: number;

  constructor(sourceMap: string, lineOffset: number) {
    this.#map = new SourceMap(JSON.parse(sourceMap) as SourceMapPayload);
    this.#lineOffset = lineOffset;
  }

  /**
   * The source of a position in the bundle, without the lines in front.
   *
   * @param line - from 1
   * @param column - from 1
   */
  locate(line: number, column: number): SourceLocation | undefined {
    const entry = this.#map.findEntry(line - 1, column - 1);
    if (!('originalSource' in entry)) return undefined;
    return { file: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }

  /** The places that a stack trace of the engine passes through, innermost first. */
  locateTrace(trace: string): SourceLocation[] {
    return [...trace.matchAll(/\(?([^\s()]+):(\d+):(\d+)\)?$/gm)]
      .filter(([, file]) => file === bundleName)
      .map(([, , line, column]) => this.locate(Number(line) - this.#lineOffset, Number(column)))
      .filter((location) => location !== undefined);
  }
}

/** Whether a file belongs to the project and not to one of its packages. */
export function isOwnFile(file: string): boolean {
  return !file.includes('node_modules/') && !file.startsWith('../');
}
