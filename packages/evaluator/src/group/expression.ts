import { checkTypes } from './check.ts';
import { GroupExpressionError } from './error.ts';
import { evaluateExpression } from './evaluation.ts';
import { parseExpression } from './parser.ts';
import type { Expression } from './syntax.ts';

/** An expression that has been checked. Survives a structured clone. */
export interface GroupExpression {
  readonly text: string;
  readonly syntax: Expression;
}

/** The most characters that an expression may have: 16,384. */
export const maximumExpressionLength = 16_384;

/**
 * Parses the expression of a policy group and checks all that can be known before a review: syntax, the names of
 * the members, types, and that it can be evaluated when every member accepts (as the original's settings
 * validation does).
 *
 * A call of something that is not a member is an error wherever it stands. The original notices it only when
 * evaluation gets there, so that the branch in `signed() || typo()` rejects with an internal error as soon as it
 * matters; the controller's webhook refuses it as well.
 *
 * @param memberNames names of the group's members, each of which may be called without arguments
 * @throws GroupExpressionError
 */
export function compileGroupExpression(text: string, memberNames: Iterable<string>): GroupExpression {
  if (text.length > maximumExpressionLength) {
    throw new GroupExpressionError(
      `Syntax error: the expression has ${text.length} characters, ` +
        `more than the ${maximumExpressionLength} that are allowed`,
    );
  }
  const syntax = parseExpression(text, new Set(memberNames));
  checkTypes(syntax);
  const rehearsal = evaluateExpression(syntax);
  while (rehearsal.next(true).done !== true);
  return { text, syntax };
}
