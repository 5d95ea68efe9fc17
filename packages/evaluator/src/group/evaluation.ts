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
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'call':
      return yield expression.member;
    case 'unary':
      return applyUnary(expression.operator, yield* evaluate(expression.operand), expression.position);
    case 'binary': {
      const left = yield* evaluate(expression.left);
      const right = yield* evaluate(expression.right);
      return applyBinary(expression.operator, left, right, expression.position);
    }
    case 'logical': {
      const decisive = expression.operator === '||';
      for (const operand of expression.operands) {
        if ((yield* evaluateCondition(operand)) === decisive) return decisive;
      }
      return !decisive;
    }
    case 'if':
      if (yield* evaluateCondition(expression.condition)) return yield* evaluate(expression.consequent);
      return expression.alternative === undefined ? null : yield* evaluate(expression.alternative);
    case 'switch': {
      const subject = yield* evaluate(expression.subject);
      for (const { values, condition, result } of expression.cases) {
        if (!values.includes(subject)) continue;
        if (condition === undefined || (yield* evaluateCondition(condition))) return yield* evaluate(result);
      }
      return expression.alternative === undefined ? null : yield* evaluate(expression.alternative);
    }
  }
}

function* evaluateCondition(expression: Expression): Evaluation<boolean> {
  const value = yield* evaluate(expression);
  if (typeof value !== 'boolean') throw conditionMismatch(typeOf(value), expression.position);
  return value;
}
