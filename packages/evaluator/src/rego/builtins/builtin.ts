import type { PolicyLogLevel } from '../../host/log.ts';
import { isArray, RegoObject, RegoSet, toInteger, typeName, type RegoValue } from '../values/value.ts';

/** What builtins may know of the evaluation that calls them. */
export interface BuiltinContext {
  /** Nanoseconds since 1970; the same during one evaluation. */
  readonly now: bigint;
  /** Results that have to be the same whenever one evaluation asks again: random numbers, UUIDs. */
  readonly remembered: Map<string, RegoValue>;
  /** Fresh random bytes. */
  random(length: number): Uint8Array;
  log(level: PolicyLogLevel, message: string): void;
}

/**
 * An implementation of a builtin; undefined means that the call is undefined in Rego.
 *
 * @throws BuiltinError when the arguments are wrong
 */
export type Builtin = (context: BuiltinContext, ...operands: readonly RegoValue[]) => RegoValue | undefined;

/** Names as OPA has them → implementations. */
export type BuiltinTable = Readonly<Record<string, Builtin>>;

/** Arguments that a builtin cannot work with. */
export class BuiltinError extends Error {
  override readonly name = 'BuiltinError';
}

/** The most elements that a builtin makes of arguments that are smaller than its result. */
const maximumElements = 262_144;

/** The longest text (UTF-16 code units) that a builtin makes of arguments that are smaller than its result. */
const maximumTextLength = 8 * 1024 * 1024;

export function checkElements(count: number): void {
  if (count > maximumElements) throw new BuiltinError(`result has more than ${maximumElements} elements`);
}

export function checkTextLength(length: number): void {
  if (length > maximumTextLength) {
    throw new BuiltinError(`result is longer than ${maximumTextLength} characters`);
  }
}

/** @param position - of the operand, from 1; used in the message */
export function stringOperand(value: RegoValue | undefined, position: number): string {
  return typeof value === 'string' ? value : wrongType(value, position, 'string');
}

export function numberOperand(value: RegoValue | undefined, position: number): number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
    ? value
    : wrongType(value, position, 'number');
}

/** A number without fraction (`1.0` has none) of any size. */
export function integerOperand(value: RegoValue | undefined, position: number): bigint {
  const number = numberOperand(value, position);
  if (typeof number === 'bigint') return number;
  if (Number.isInteger(number)) return toInteger(number);
  throw new BuiltinError(`operand ${position} must be integer number but got floating-point number`);
}

/** An integer that fits 32 bits, which is enough for counts, years and the like. */
export function smallIntegerOperand(value: RegoValue | undefined, position: number): number {
  const integer = integerOperand(value, position);
  if (integer !== BigInt.asIntN(32, integer)) {
    throw new BuiltinError(`operand ${position} is out of range: ${integer}`);
  }
  return Number(integer);
}

export function booleanOperand(value: RegoValue | undefined, position: number): boolean {
  return typeof value === 'boolean' ? value : wrongType(value, position, 'boolean');
}

export function arrayOperand(value: RegoValue | undefined, position: number): readonly RegoValue[] {
  return value !== undefined && isArray(value) ? value : wrongType(value, position, 'array');
}

export function objectOperand(value: RegoValue | undefined, position: number): RegoObject {
  return value instanceof RegoObject ? value : wrongType(value, position, 'object');
}

/** The members of an array or a set. */
export function membersOperand(value: RegoValue | undefined, position: number): readonly RegoValue[] {
  if (value instanceof RegoSet) return value.members();
  return value !== undefined && isArray(value) ? value : wrongType(value, position, 'one of {array, set}');
}

/** The members of an array or a set of strings. */
export function stringsOperand(value: RegoValue | undefined, position: number): readonly string[] {
  return membersOperand(value, position).map((member) => {
    if (typeof member === 'string') return member;
    throw new BuiltinError(`operand ${position} must be a collection of strings but got ${typeName(member)}`);
  });
}

function wrongType(value: RegoValue | undefined, position: number, expected: string): never {
  const got = value === undefined ? 'nothing' : typeName(value);
  throw new BuiltinError(`operand ${position} must be ${expected} but got ${got}`);
}
