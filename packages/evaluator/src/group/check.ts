import { GroupExpressionError, syntaxError, type Position } from './error.ts';
import { binaryType, typeOf, unaryType, type ValueType } from './operators.ts';
import type { Expression } from './syntax.ts';

/** The type of an expression, as far as it does not depend on which branch is taken. */
type StaticType = ValueType | 'depends';

/**
 * Finds type errors in all branches, also in those that no evaluation may ever reach.
 *
 * @throws GroupExpressionError unless the expression can only be a boolean
 */
export function checkTypes(expression: Expression): void {
  const type = check(expression);
  if (type !== 'bool' && type !== 'depends') throw outputMismatch(type);
}

export function outputMismatch(type: ValueType): GroupExpressionError {
  return new GroupExpressionError(`Output type incorrect: ${type} (expecting bool)`);
}

export function conditionMismatch(type: ValueType, position: Position): GroupExpressionError {
  return new GroupExpressionError(`Data type incorrect: ${type} (expecting bool)`, position);
}

function check(expression: Expression): StaticType {
  const { kind } = expression;
  if (kind === 'literal') return typeOf(expression.value);
  if (kind === 'call') return 'bool';
  if (kind === 'unary') {
    const operand = check(expression.operand);
    if (operand !== 'depends') return unaryType(expression.operator, operand, expression.position);
    return expression.operator === '!' ? 'bool' : 'i64';
  }
  if (kind === 'binary') {
    const left = check(expression.left);
    const right = check(expression.right);
    if (left === 'depends' || right === 'depends') return 'depends';
    return binaryType(expression.operator, left, right, expression.position);
  }
  if (kind === 'logical') {
    for (const operand of expression.operands) checkCondition(operand);
    return 'bool';
  }
  return checkBranches(expression);
}

function checkBranches(expression: Extract<Expression, { readonly kind: 'if' | 'switch' }>): StaticType {
  const alternative = expression.alternative === undefined ? '()' : check(expression.alternative);
  if (expression.kind === 'if') {
    checkCondition(expression.condition);
    return join([check(expression.consequent), alternative]);
  }
  check(expression.subject);
  for (const { condition } of expression.cases) {
    if (condition !== undefined) checkCondition(condition);
  }
  return join([...expression.cases.map(({ result }) => check(result)), alternative]);
}

function checkCondition(expression: Expression): void {
  const type = check(expression);
  if (type === 'bool' || type === 'depends') return;
  if (expression.kind !== 'literal') throw conditionMismatch(type, expression.position);
  throw syntaxError(`Expecting a boolean expression, not ${literalNames[type]}`, expression.position);
}

const literalNames = { i64: 'a number', string: 'a string', '()': '()' } as const;

function join(types: readonly StaticType[]): StaticType {
  const [first] = types;
  return types.every((type) => type === first) ? first! : 'depends';
}
