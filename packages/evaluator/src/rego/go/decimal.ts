/** The digits of a positive decimal number: 0.d₁d₂d₃… × 10^point. No zeros at either end; none at all for 0. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** The fewest digits that identify a finite double. */
export function shortestDecimal(value: number): Decimal {
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  return normalized(mantissa.replace('.', ''), Number(exponent) + 1);
}

/** All digits of a finite double. */
export function exactDecimal(value: number): Decimal {
  const { mantissa, exponent } = decompose(value);
  if (exponent >= 0) {
    const digits = String(mantissa << BigInt(exponent));
    return normalized(digits, digits.length);
  }
  // m / 2^k = m × 5^k / 10^k
  const digits = String(mantissa * 5n ** BigInt(-exponent));
  return normalized(digits, digits.length + exponent);
}

/** Rounds to a number of digits, half to even; a count below zero leaves nothing. */
export function roundDecimal({ digits, point }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: '', point };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const isHalf = rest === '5';
  const isOdd = count > 0 && Number(kept[count - 1]) % 2 === 1;
  if (rest < '5' || (isHalf && !isOdd)) return normalized(kept, point);
  const raised = String(BigInt(`0${kept}`) + 1n).padStart(count, '0');
  return normalized(raised, point + raised.length - count);
}

/** A double as mantissa × 2^exponent, sign dropped. */
export function decompose(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const biased = Number((bits >> 52n) & 0x7ffn);
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

function normalized(digits: string, point: number): Decimal {
  const start = digits.search(/[1-9]/);
  if (start < 0) return { digits: '', point: 0 };
  return { digits: digits.slice(start).replace(/0+$/, ''), point: point - start };
}
