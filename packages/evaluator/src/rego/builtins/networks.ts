import { isArray, RegoObject, RegoSet, type RegoValue } from '../values/value.ts';
import {
  contains,
  coverRange,
  formatAddress,
  formatNetwork,
  lastAddress,
  parseAddress,
  parseNetwork,
  type Network,
} from './ip-network.ts';
import { BuiltinError, checkElements, membersOperand, stringOperand, type BuiltinTable } from './builtin.ts';

export const networks: BuiltinTable = {
  'net.cidr_is_valid': (_context, text) => typeof text === 'string' && parseNetwork(text) !== undefined,

  'net.cidr_expand'(_context, text) {
    const network = networkOperand(stringOperand(text, 1));
    const count = 1n << BigInt(network.bits - network.prefix);
    checkElements(Number(count));
    return new RegoSet(
      Array.from({ length: Number(count) }, (_, index) =>
        formatAddress({ bits: network.bits, value: network.value + BigInt(index) }),
      ),
    );
  },

  'net.cidr_contains_matches'(_context, networkOperands, candidates) {
    const matches: RegoValue[] = [];
    const others = candidatesOf(candidates, 2);
    for (const [key, text] of candidatesOf(networkOperands, 1)) {
      const network = networkOperand(text);
      for (const [otherKey, candidate] of others) {
        if (covers(network, candidate)) matches.push([key, otherKey]);
      }
      checkElements(matches.length);
    }
    return new RegoSet(matches);
  },

  'net.cidr_merge'(_context, operands) {
    const ranges = membersOperand(operands, 1).map((member) => rangeOf(member));
    return new RegoSet(
      mergeRanges(ranges).flatMap(({ bits, first, last, text }) =>
        text === undefined ? coverRange(bits, first, last).map(formatNetwork) : [text],
      ),
    );
  },
};

function networkOperand(text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new BuiltinError(`invalid CIDR address: ${text}`);
  return network;
}

/** @param text - an address or a network */
function covers(network: Network, text: string): boolean {
  const address = parseAddress(text);
  if (address !== undefined) return contains(network, address);
  const other = parseNetwork(text);
  if (other === undefined) {
    throw new BuiltinError(`not a valid textual representation of an IP address or CIDR: ${text}`);
  }
  return contains(network, other) && network.prefix <= other.prefix;
}

/** The networks of an operand, each with what identifies it in the result: index, key or the element itself. */
function candidatesOf(
  value: RegoValue,
  position: number,
): readonly (readonly [key: RegoValue, cidr: string])[] {
  if (typeof value === 'string') return [[value, value]];
  const text = (element: RegoValue): string => {
    const cidr = isArray(element) ? element[0] : element;
    if (typeof cidr === 'string') return cidr;
    throw new BuiltinError(`operand ${position}: element must be string or non-empty array`);
  };
  if (value instanceof RegoObject) return value.entries().map(([key, element]) => [key, text(element)]);
  if (value instanceof RegoSet) return value.members().map((element) => [element, text(element)]);
  return isArray(value) ? value.map((element, index) => [BigInt(index), text(element)]) : [];
}

interface Range {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
  /** How the range is printed; absent once it was merged with another. */
  readonly text?: string;
}

function rangeOf(value: RegoValue): Range {
  if (typeof value !== 'string') throw new BuiltinError('element must be string');
  const address = parseAddress(value);
  if (address === undefined) {
    const network = networkOperand(value);
    const { bits, value: first } = network;
    return { bits, first, last: lastAddress(network), text: formatNetwork(network) };
  }
  if (address.bits === 128) throw new BuiltinError('IPv6 invalid: needs prefix length');
  // A single address stands for the network of its class.
  const first = Number(address.value >> 24n);
  const prefix = first < 128 ? 8 : first < 192 ? 16 : 24;
  const network = networkOperand(`${value}/${prefix}`);
  return {
    bits: 32,
    first: network.value,
    last: lastAddress(network),
    text: `${formatAddress(address)}/${prefix}`,
  };
}

/** Joins ranges that overlap or touch. */
function mergeRanges(ranges: readonly Range[]): readonly Range[] {
  const sorted = ranges.toSorted(
    (a, b) =>
      a.bits - b.bits ||
      Number(a.last > b.last) - Number(a.last < b.last) ||
      Number(a.first > b.first) - Number(a.first < b.first),
  );
  for (let i = sorted.length - 1; i > 0; i--) {
    const [lower, upper] = [sorted[i - 1] as Range, sorted[i] as Range];
    const touch = upper.first === 0n ? 0n : upper.first - 1n;
    if (lower.bits !== upper.bits || touch > lower.last) continue;
    const first = lower.first < upper.first ? lower.first : upper.first;
    sorted.splice(i - 1, 2, { bits: upper.bits, first, last: upper.last });
  }
  return sorted;
}
