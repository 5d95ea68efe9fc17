/**
 * Quantities of resources, as Kubernetes writes them: `500m`, `1.5Gi`, `2e3`.
 *
 * They are kept in billionths, the smallest that Kubernetes knows; what is finer is rounded away from zero.
 */
export interface Quantity {
  readonly billionths: bigint;
  readonly format: Format;
}

/** How a quantity was written, and is written again: `1M`, `1Mi` or `1e6`. */
type Format = 'decimal' | 'binary' | 'exponent';

/** A text that is no quantity. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

/** Longer numbers mean nothing, and would take long to multiply. */
const maximumLength = 64;

const pattern = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*)([-+]?[0-9]*)$/;
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** The power of ten of `n`. */
const smallestExponent = -9;
/** Powers of ten beyond count nothing that exists. */
const maximumExponent = 99;
const one = 10n ** 9n;

/** @throws QuantityError in the words of Kubernetes */
export function parseQuantity(text: string): Quantity {
  const found = text.length > maximumLength ? null : pattern.exec(text);
  const [, sign = '', whole = '', fraction = '', unit = '', digits = ''] = found ?? [];
  if (whole + fraction === '') {
    throw new QuantityError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  const { format, factor, divisor } = scaleOf(unit, digits);
  const dividend = BigInt(whole + fraction) * factor * one;
  const parts = divisor * 10n ** BigInt(fraction.length);
  const billionths = (dividend + parts - 1n) / parts;
  return { billionths: sign === '-' ? -billionths : billionths, format };
}

/** Less than zero, zero or more, as the first is less than, equal to or more than the second. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  if (a.billionths === b.billionths) return 0;
  return a.billionths < b.billionths ? -1 : 1;
}

/** The canonical form: the largest suffix that needs no fraction. */
export function formatQuantity({ billionths, format }: Quantity): string {
  if (billionths === 0n) return '0';
  const isWhole = billionths % one === 0n;
  const isSmall = billionths > -1024n * one && billionths < 1024n * one;
  if (format === 'binary' && isWhole && !isSmall) {
    const [number, steps] = divideOut(billionths / one, 1024n, binarySuffixes.length - 1);
    return `${number}${binarySuffixes[steps]}`;
  }
  if (format !== 'exponent') {
    const [number, steps] = divideOut(billionths, 1000n, decimalSuffixes.length - 1);
    return `${number}${decimalSuffixes[steps]}`;
  }
  const [number, steps] = divideOut(billionths, 1000n, maximumExponent);
  const exponent = smallestExponent + 3 * steps;
  return exponent === 0 ? String(number) : `${number}e${exponent}`;
}

/** Divides as often as it leaves no rest, but no more than `most` times. */
function divideOut(number: bigint, divisor: bigint, most: number): [number: bigint, times: number] {
  let times = 0;
  let rest = number;
  while (times < most && rest % divisor === 0n) {
    rest /= divisor;
    times += 1;
  }
  return [rest, times];
}

/** @throws QuantityError */
function scaleOf(
  unit: string,
  digits: string,
): { readonly format: Format; readonly factor: bigint; readonly divisor: bigint } {
  if ((unit === 'e' || unit === 'E') && digits !== '') {
    const exponent = Number(digits);
    if (Math.abs(exponent) <= maximumExponent) {
      return { format: 'exponent', ...powerOfTen(exponent) };
    }
  } else if (digits === '') {
    const binary = binarySuffixes.indexOf(unit, 1);
    if (binary > 0) return { format: 'binary', factor: 1024n ** BigInt(binary), divisor: 1n };
    const decimal = decimalSuffixes.indexOf(unit);
    if (decimal >= 0) return { format: 'decimal', ...powerOfTen(smallestExponent + 3 * decimal) };
  }
  throw new QuantityError("unable to parse quantity's suffix");
}

function powerOfTen(exponent: number): { readonly factor: bigint; readonly divisor: bigint } {
  const power = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0 ? { factor: 1n, divisor: power } : { factor: power, divisor: 1n };
}
