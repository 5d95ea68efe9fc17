/** Parameters of Punycode (RFC 3492, section 5). */
const [base, tMin, tMax, skew, damp, initialBias, initialN] = [36, 1, 26, 38, 700, 72, 128];

function encodeLabel(label: string): string {
  const points = Array.from(label, (character) => character.codePointAt(0)!);
  const basic = points.filter((point) => point < 0x80);
  let output = String.fromCodePoint(...basic);
  let handled = basic.length;
  if (handled > 0) output += '-';
  let [n, delta, bias] = [initialN, 0, initialBias];
  while (handled < points.length) {
    const next = Math.min(...points.filter((point) => point >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta++;
      if (point !== n) continue;
      let rest = delta;
      for (let k = base; ; k += base) {
        const threshold = Math.max(tMin, Math.min(tMax, k - bias));
        if (rest < threshold) break;
        output += digit(threshold + ((rest - threshold) % (base - threshold)));
        rest = Math.floor((rest - threshold) / (base - threshold));
      }
      output += digit(rest);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled++;
    }
    delta++;
    n++;
  }
  return `xn--${output}`;
}

/** a to z, then 0 to 9. */
function digit(value: number): string {
  return String.fromCharCode(value < 26 ? value + 97 : value + 22);
}

function adapt(delta: number, points: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? damp : 2));
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((base - tMin) * tMax) >> 1; k += base) rest = Math.floor(rest / (base - tMin));
  return k + Math.floor(((base - tMin + 1) * rest) / (rest + skew));
}

/**
 * The ASCII form of a domain: lower case, normalised, labels that are not ASCII in Punycode. The tables of characters
 * that UTS 46 forbids are not there (they would be larger than all of the rest); undefined for labels that claim to
 * be Punycode and are not ASCII.
 */
export function domainToAscii(domain: string): string | undefined {
  const labels = domain
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\u3002\uff0e\uff61]/g, '.')
    .split('.');
  // eslint-disable-next-line no-control-regex
  const encoded = labels.map((label) => (/^[\0-\x7f]*$/.test(label) ? label : encodeLabel(label)));
  return labels.some((label, index) => label.startsWith('xn--') && label !== encoded[index])
    ? undefined
    : encoded.join('.');
}
