import { decompose, exactDecimal, roundDecimal, shortestDecimal, type Decimal } from './decimal.ts';

export type FloatVerb = 'b' | 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X';

/**
 * A finite double as Go's `strconv.FormatFloat` writes it, without its sign.
 *
 * @param precision - digits behind the point (`g`: significant digits); undefined for as few as identify the
 * number
 */
export function formatFloat(value: number, verb: FloatVerb, precision: number | undefined): string {
  switch (verb) {
    case 'b':
      return formatBinary(value);
    case 'x':
    case 'X':
      return formatHexadecimal(value, precision, verb);
    case 'f':
      return formatFixed(value, precision);
    case 'e':
    case 'E':
      return formatExponent(value, precision, verb);
    case 'g':
    case 'G':
      break;
  }
  return formatGeneral(value, precision, verb === 'G' ? 'E' : 'e');
}

function formatFixed(value: number, precision: number | undefined): string {
  if (precision === undefined) return fixed(shortestDecimal(value));
  const exact = exactDecimal(value);
  return fixed(roundDecimal(exact, exact.point + precision), precision);
}

function formatExponent(value: number, precision: number | undefined, letter: string): string {
  if (precision === undefined) return exponential(shortestDecimal(value), letter);
  return exponential(roundDecimal(exactDecimal(value), precision + 1), letter, precision);
}

function formatGeneral(value: number, precision: number | undefined, letter: string): string {
  const significant = precision === 0 ? 1 : precision;
  const decimal =
    significant === undefined ? shortestDecimal(value) : roundDecimal(exactDecimal(value), significant);
  const { digits, point } = decimal;
  let limit = significant ?? 6;
  if (significant !== undefined && limit > digits.length && digits.length >= point) limit = digits.length;
  const exponent = point - 1;
  const small = digits !== '' && (exponent < -4 || exponent >= limit);
  return small ? exponential(decimal, letter) : fixed(decimal);
}

/** @param places - behind the point; as many as there are digits when undefined */
function fixed({ digits, point }: Decimal, places = Math.max(digits.length - point, 0)): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const fraction = (point < 0 ? '0'.repeat(-point) + digits : digits.slice(Math.max(point, 0)))
    .slice(0, places)
    .padEnd(places, '0');
  return places > 0 ? `${whole}.${fraction}` : whole;
}

function exponential(
  { digits, point }: Decimal,
  letter: string,
  places = Math.max(digits.length - 1, 0),
): string {
  const exponent = digits === '' ? 0 : point - 1;
  const first = digits[0] ?? '0';
  const fraction = digits.slice(1).padEnd(places, '0');
  return `${first}${places > 0 ? `.${fraction}` : ''}${letter}${signedExponent(exponent)}`;
}

function formatBinary(value: number): string {
  const { mantissa, exponent } = decompose(value);
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
}

function formatHexadecimal(value: number, precision: number | undefined, verb: 'x' | 'X'): string {
  let { mantissa, exponent } = decompose(value);
  if (mantissa === 0n) exponent = -52;
  else {
    while (mantissa < 1n << 52n) {
      mantissa <<= 1n;
      exponent--;
    }
  }
  const hexDigits = 13;
  if (precision !== undefined && precision < hexDigits) {
    const dropped = BigInt(4 * (hexDigits - precision));
    const half = 1n << (dropped - 1n);
    const rest = mantissa & ((1n << dropped) - 1n);
    mantissa >>= dropped;
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa++;
    mantissa <<= dropped;
    if (mantissa >= 1n << 53n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const fraction = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(hexDigits, '0');
  const shown =
    precision === undefined
      ? fraction.replace(/0+$/, '')
      : fraction.slice(0, precision).padEnd(precision, '0');
  const text = `0x${mantissa >> 52n}${shown === '' ? '' : `.${shown}`}p${signedExponent(exponent + 52)}`;
  return verb === 'X' ? text.toUpperCase() : text;
}

function signedExponent(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
