/** A place in the text of an expression, both counted from 1. */
export interface Position {
  readonly line: number;
  /** Characters (code points), not bytes. */
  readonly column: number;
}

/**
 * An expression that is not valid, or whose evaluation fails.
 *
 * The texts are those of the original's expression engine (Rhai), since they end up in the rejections of
 * policy groups.
 */
export class GroupExpressionError extends Error {
  override readonly name = 'GroupExpressionError';

  constructor(message: string, position?: Position, options?: ErrorOptions) {
    super(position === undefined ? message : `${message} (${formatPosition(position)})`, options);
  }
}

export function syntaxError(message: string, position: Position): GroupExpressionError {
  return new GroupExpressionError(`Syntax error: ${message}`, position);
}

function formatPosition({ line, column }: Position): string {
  return `line ${line}, position ${column}`;
}
