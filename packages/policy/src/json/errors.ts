/** A place in a JSON text, as serde_json counts: lines from 1, columns in bytes. */
export interface JsonPosition {
  readonly line: number;
  readonly column: number;
}

/** The position after `offset` bytes of `bytes`. */
export function positionAt(bytes: Uint8Array, offset: number): JsonPosition {
  const end = Math.min(offset, bytes.length);
  let line = 1;
  let lineStart = 0;
  for (let index = 0; index < end; index++) {
    if (bytes[index] === 0x0a) {
      line++;
      lineStart = index + 1;
    }
  }
  return { line, column: end - lineStart };
}

/** The text is not JSON. The message is that of serde_json, position included. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly position: JsonPosition;

  /** @param offset how many bytes had been read when the error was found */
  constructor(detail: string, bytes: Uint8Array, offset: number) {
    const position = positionAt(bytes, offset);
    super(`${detail} at line ${position.line} column ${position.column}`);
    this.position = position;
  }
}

/** The text is JSON, but not of the shape that is asked for. */
export class JsonShapeError extends Error {
  override readonly name = 'JsonShapeError';
  /** What is wrong, without place: ``missing field `uid` ``. */
  readonly detail: string;
  readonly position: JsonPosition;
  /** Dotted path of the value in question, where the decoder knows it. */
  readonly path: string | undefined;

  constructor(detail: string, position: JsonPosition, path?: string) {
    const prefix = path === undefined || path === '' ? '' : `${path}: `;
    super(`${prefix}${detail} at line ${position.line} column ${position.column}`);
    this.detail = detail;
    this.position = position;
    this.path = path;
  }
}
