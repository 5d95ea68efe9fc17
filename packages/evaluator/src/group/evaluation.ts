import { conditionMismatch, outputMismatch } from './check.ts';
import { applyBinary, applyUnary, typeOf } from './operators.ts';
import type { Expression, Value } from './syntax.ts';

/** An evaluation in progress: yields the member whose verdict it needs, and takes that verdict. */
export type Evaluation<T> = Generator<string, T, boolean>;

/**
 * Evaluates an expression from left to right; what short-circuiting and untaken branches leave out is not asked
 * for, and a member that is named twice is asked for twice.
 *
 * @throws GroupExpressionError
 */
export function* evaluateExpression(expression: Expression): Evaluation<boolean> {
  const value = yield* evaluate(expression);
  if (typeof value !== 'boolean') throw outputMismatch(typeOf(value));
  return value;
}

function* evaluate(expression: Expression): Evaluation<Value> {
  const { kind } = expression;
  if (kind === 'literal') return expression.value;
  if (kind === 'call') return yield expression.member;
  if (kind === 'unary') {
    return applyUnary(expression.operator, yield* evaluate(expression.operand), expression.position);
  }
  if (kind === 'binary') {
    const left = yield* evaluate(expression.left);
    const right = yield* evaluate(expression.right);
    return applyBinary(expression.operator, left, right, expression.position);
  }
  if (kind === 'logical') {
    const decisive = expression.operator === '||';
    for (const operand of expression.operands) {
      if ((yield* evaluateCondition(operand)) === decisive) return decisive;
    }
    return !decisive;
  }
  const branch = yield* chooseBranch(expression);
  return branch === undefined ? null : yield* evaluate(branch);
}

function* chooseBranch(
  expression: Extract<Expression, { readonly kind: 'if' | 'switch' }>,
): Evaluation<Expression | undefined> {
  if (expression.kind === 'if') {
    return (yield* evaluateCondition(expression.condition)) ? expression.consequent : expression.alternative;
  }
  const subject = yield* evaluate(expression.subject);
  for (const { values, condition, result } of expression.cases) {
    if (!values.includes(subject)) continue;
    if (condition === undefined || (yield* evaluateCondition(condition))) return result;
  }
  return expression.alternative;
}

function* evaluateCondition(expression: Expression): Evaluation<boolean> {
  const value = yield* evaluate(expression);
  if (typeof value !== 'boolean') throw conditionMismatch(typeOf(value), expression.position);
  return value;
}
