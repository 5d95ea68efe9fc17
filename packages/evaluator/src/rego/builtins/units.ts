import { BuiltinError, stringOperand, type BuiltinTable } from './builtin.ts';

export const units: BuiltinTable = {
  'units.parse'(_context, text) {
    const { amount, unit } = split(stringOperand(text, 1).replaceAll('"', ''), 'units.parse', 'amount');
    // Only the first letter's case has a meaning: m is a thousandth, M a million.
    const spelled = unit.slice(0, 1) + unit.slice(1).toLowerCase();
    if (spelled === 'm') return quotient(amount.numerator, amount.denominator * 1000n);
    const known = spelled === '' || /^([kgtpe]i?|mi|[KMGTPE]i?)$/.test(spelled);
    const factor = known ? factorOf(spelled.toLowerCase()) : undefined;
    if (factor === undefined) throw new BuiltinError(`units.parse: unit ${unit} not recognized`);
    return quotient(amount.numerator * factor, amount.denominator);
  },

  'units.parse_bytes'(_context, text) {
    const lower = stringOperand(text, 1).toLowerCase().replaceAll('"', '');
    const { amount, unit } = split(lower, 'units.parse_bytes', 'byte amount');
    const factor = factorOf(unit.length > 1 && unit.endsWith('b') ? unit.slice(0, -1) : unit);
    if (factor === undefined) throw new BuiltinError(`units.parse_bytes: byte unit ${unit} not recognized`);
    return (amount.numerator * factor) / amount.denominator;
  },
};

const letters = 'kmgtpe';

/** `k` is 1000, `ki` is 1024, and so on; the empty unit is 1. */
function factorOf(unit: string): bigint | undefined {
  if (unit === '') return 1n;
  const power = BigInt(letters.indexOf(unit[0] as string) + 1);
  if (power === 0n) return undefined;
  if (unit.length === 1) return 1000n ** power;
  return unit.slice(1) === 'i' ? 1024n ** power : undefined;
}

interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Digits that OPA takes in an exponent; six of them are too many to compute with in reasonable time. */
const largestExponent = 1000;

function split(
  text: string,
  builtin: string,
  what: string,
): { readonly amount: Fraction; readonly unit: string } {
  if (text.includes(' ')) throw new BuiltinError(`${builtin}: spaces not allowed in resource strings`);
  const number = /^(?:[\d.+-]|[eE](?=[\d+-])[+-]?)*/.exec(text)?.[0] ?? '';
  if (number === '') throw new BuiltinError(`${builtin}: no ${what} provided`);
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(number);
  const [, sign = '', whole = '', decimals = '', exponent = '0'] = match ?? [];
  if (match === null || whole + decimals === '') {
    throw new BuiltinError(`${builtin}: could not parse ${what} to a number`);
  }
  if (Math.abs(Number(exponent)) > largestExponent) throw new BuiltinError(`${builtin}: exponent too large`);
  const scale = Number(exponent) - decimals.length;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${decimals}`);
  const amount =
    scale < 0
      ? { numerator: digits, denominator: 10n ** BigInt(-scale) }
      : { numerator: digits * 10n ** BigInt(scale), denominator: 1n };
  return { amount, unit: text.slice(number.length) };
}

/** An integer where the division leaves no rest, else ten decimals, rounded half away from zero. */
function quotient(numerator: bigint, denominator: bigint): bigint | number {
  if (numerator % denominator === 0n) return numerator / denominator;
  const scaled = numerator * 10n ** 10n * 2n;
  const half = numerator < 0n ? -denominator : denominator;
  const rounded = (scaled + half) / (denominator * 2n);
  const digits = String(rounded < 0n ? -rounded : rounded).padStart(11, '0');
  return Number(`${rounded < 0n ? '-' : ''}${digits.slice(0, -10)}.${digits.slice(-10)}`);
}
