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
  const negated = -(operand as bigint);
  if (!fits(negated)) throw new GroupExpressionError(`Negation overflow: -${operand}`, position);
  return negated;
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
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

type Arithmetic = Exclude<BinaryOperator, Comparison>;

const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;

/** In whole numbers without bounds; what does not fit is found afterwards. */
const arithmetic: { readonly [Operator in Arithmetic]: (left: bigint, right: bigint) => bigint } = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '**': power,
  '<<': shift,
  '>>': (left, right) => shift(left, -right),
  '&': (left, right) => left & right,
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
};

const overflows: ReadonlyMap<Arithmetic, string> = new Map([
  ['+', 'Addition overflow'],
  ['-', 'Subtraction overflow'],
  ['*', 'Multiplication overflow'],
  ['/', 'Division overflow'],
  ['**', 'Exponential overflow'],
]);

function calculate(operator: Arithmetic, left: bigint, right: bigint, position: Position): bigint {
  const problem = (reason: string): GroupExpressionError =>
    new GroupExpressionError(`${reason}: ${left} ${operator} ${right}`, position);
  if (operator === '/' && right === 0n) throw problem('Division by zero');
  if (operator === '%' && (right === 0n || (left === smallest && right === -1n))) {
    throw problem('Modulo division by zero or overflow');
  }
  if (operator === '**' && right < 0n) throw problem('Integer raised to a negative power');
  const result = arithmetic[operator](left, right);
  if (!fits(result)) throw problem(overflows.get(operator) ?? 'Arithmetic overflow');
  return result;
}

/** Exponents that cannot lead to a result within 64 bits are not worked out. */
function power(base: bigint, exponent: bigint): bigint {
  if (exponent <= 63n) return base ** exponent;
  if (base < -1n || base > 1n) return largest + 1n;
  return exponent % 2n === 0n ? base * base : base;
}

/** To the left for positive counts; bits shifted out are lost, and to the right the sign comes in. */
function shift(value: bigint, count: bigint): bigint {
  if (count >= 64n) return 0n;
  if (count <= -64n) return value < 0n ? -1n : 0n;
  return BigInt.asIntN(64, count < 0n ? value >> -count : value << count);
}

function fits(value: bigint): boolean {
  return value >= smallest && value <= largest;
}

function functionNotFound(
  name: string,
  parameters: readonly ValueType[],
  position: Position,
): GroupExpressionError {
  const types = parameters.map((type) => (type === 'string' ? '&str | ImmutableString | String' : type));
  return new GroupExpressionError(`Function not found: ${name} (${types.join(', ')})`, position);
}
