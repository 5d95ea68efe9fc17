import { GroupExpressionError, type Position } from './error.ts';
import type { BinaryOperator, UnaryOperator, Value } from './syntax.ts';

/** Types by the names that messages give them. */
export type ValueType = 'bool' | 'i64' | 'string' | '()';

export function typeOf(value: Value): ValueType {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'i64';
  return typeof value === 'string' ? 'string' : '()';
}

/**
 * The type of `operator operand`.
 *
 * @throws GroupExpressionError if there is no such operator for the type
 */
export function unaryType(operator: UnaryOperator, operand: ValueType, position: Position): ValueType {
  if (operator === '!' ? operand === 'bool' : operand === 'i64') return operand;
  throw functionNotFound(operator, [operand], position);
}

/**
 * The type of `left operator right`. Comparisons exist between all types: values of different types are not
 * equal, and none of them is less or greater.
 *
 * @throws GroupExpressionError if there is no such operator for the types
 */
export function binaryType(
  operator: BinaryOperator,
  left: ValueType,
  right: ValueType,
  position: Position,
): ValueType {
  if (isComparison(operator)) return 'bool';
  if (left === right) {
    if (left === 'i64') return 'i64';
    if (left === 'bool' && (operator === '&' || operator === '|' || operator === '^')) return 'bool';
    if (left === 'string' && operator === '+') return 'string';
  }
  throw functionNotFound(operator, [left, right], position);
}

/** @throws GroupExpressionError for a wrong type or an overflow */
export function applyUnary(operator: UnaryOperator, operand: Value, position: Position): Value {
  unaryType(operator, typeOf(operand), position);
  if (operator === '!') return operand !== true;
  if (operator === '+') return operand;
  return inRange(-(operand as bigint), () => `Negation overflow: -${operand}`, position);
}

/** @throws GroupExpressionError for wrong types, overflows and division by zero */
export function applyBinary(operator: BinaryOperator, left: Value, right: Value, position: Position): Value {
  const type = binaryType(operator, typeOf(left), typeOf(right), position);
  if (isComparison(operator)) return compare(operator, left, right);
  if (type === 'string') return (left as string) + (right as string);
  if (type === 'i64') return calculate(operator, left as bigint, right as bigint, position);
  if (operator === '&') return left === true && right === true;
  if (operator === '|') return left === true || right === true;
  return left !== right;
}

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

function isComparison(operator: BinaryOperator): operator is Comparison {
  return (
    operator === '==' ||
    operator === '!=' ||
    operator === '<' ||
    operator === '<=' ||
    operator === '>' ||
    operator === '>='
  );
}

function compare(operator: Comparison, left: Value, right: Value): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (left === null || right === null || typeof left !== typeof right) return false;
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function calculate(
  operator: Exclude<BinaryOperator, Comparison>,
  left: bigint,
  right: bigint,
  position: Position,
): bigint {
  const fail = (reason: string) => () => `${reason}: ${left} ${operator} ${right}`;
  switch (operator) {
    case '+':
      return inRange(left + right, fail('Addition overflow'), position);
    case '-':
      return inRange(left - right, fail('Subtraction overflow'), position);
    case '*':
      return inRange(left * right, fail('Multiplication overflow'), position);
    case '/':
      if (right === 0n) throw new GroupExpressionError(fail('Division by zero')(), position);
      return inRange(left / right, fail('Division overflow'), position);
    case '%':
      if (right === 0n || (left === smallest && right === -1n)) {
        throw new GroupExpressionError(fail('Modulo division by zero or overflow')(), position);
      }
      return left % right;
    case '**':
      if (right < 0n) throw new GroupExpressionError(fail('Integer raised to a negative power')(), position);
      // Only powers of -1, 0 and 1 stay within 64 bits for larger exponents.
      if (right > 63n && left >= -1n && left <= 1n) return right % 2n === 0n ? left * left : left;
      if (right > 63n) throw new GroupExpressionError(fail('Exponential overflow')(), position);
      return inRange(left ** right, fail('Exponential overflow'), position);
    case '<<':
      return shift(left, right);
    case '>>':
      return shift(left, -right);
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
  }
}

/** To the left for positive counts; bits shifted out are lost, and to the right the sign comes in. */
function shift(value: bigint, count: bigint): bigint {
  if (count >= 64n) return 0n;
  if (count <= -64n) return value < 0n ? -1n : 0n;
  return BigInt.asIntN(64, count < 0n ? value >> -count : value << count);
}

const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;

function inRange(value: bigint, message: () => string, position: Position): bigint {
  if (value < smallest || value > largest) throw new GroupExpressionError(message(), position);
  return value;
}

function functionNotFound(
  name: string,
  parameters: readonly ValueType[],
  position: Position,
): GroupExpressionError {
  const types = parameters.map((type) => (type === 'string' ? '&str | ImmutableString | String' : type));
  return new GroupExpressionError(`Function not found: ${name} (${types.join(', ')})`, position);
}
