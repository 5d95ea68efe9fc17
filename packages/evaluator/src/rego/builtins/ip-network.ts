/** An IP address as a number; IPv4-mapped IPv6 addresses are IPv4 ones. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** The addresses that share the first `prefix` bits with `address`, whose other bits are 0. */
export interface Network extends Address {
  readonly prefix: number;
}

const mappedPrefix = 0xffffn;

/** @returns undefined for what Go's `net.ParseIP` refuses: leading zeros, zones, … */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = parseDotted(text);
    return value === undefined ? undefined : { bits: 32, value };
  }
  const value = parseColons(text);
  return value === undefined ? undefined : unmapped({ bits: 128, value });
}

/** `192.168.0.0/16`; bits of the host are dropped. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', digits = ''] = /^([^/]*)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  if (digits === '') return undefined;
  const bits = address.includes(':') ? 128 : 32;
  const value = bits === 32 ? parseDotted(address) : parseColons(address);
  const prefix = Number(digits);
  if (value === undefined || prefix > bits) return undefined;
  const host = BigInt(bits - prefix);
  const network = unmapped({ bits, value: (value >> host) << host });
  return { ...network, prefix: network.bits === bits ? prefix : Math.max(prefix - 96, 0) };
}

export function lastAddress({ bits, value, prefix }: Network): bigint {
  return value | ((1n << BigInt(bits - prefix)) - 1n);
}

export function contains(network: Network, address: Address): boolean {
  const host = BigInt(network.bits - network.prefix);
  return network.bits === address.bits && network.value >> host === address.value >> host;
}

export function formatAddress({ bits, value }: Address): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  const run = longestRunOfZeros(groups);
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
}

export function formatNetwork(network: Network): string {
  return `${formatAddress(network)}/${network.prefix}`;
}

/** The fewest networks that cover the addresses from `first` to `last` and no other. */
export function coverRange(bits: 32 | 128, first: bigint, last: bigint): Network[] {
  const networks: Network[] = [];
  for (let start = first; start <= last;) {
    let host = 0;
    while (
      host < bits &&
      ((start >> BigInt(host)) & 1n) === 0n &&
      start + (1n << BigInt(host + 1)) - 1n <= last
    ) {
      host++;
    }
    networks.push({ bits, value: start, prefix: bits - host });
    start += 1n << BigInt(host);
  }
  return networks;
}

function unmapped(address: Address): Address {
  return address.bits === 128 && address.value >> 32n === mappedPrefix
    ? { bits: 32, value: address.value & 0xffff_ffffn }
    : address;
}

function parseDotted(text: string): bigint | undefined {
  if (!/^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function parseColons(text: string): bigint | undefined {
  const last = text.slice(text.lastIndexOf(':') + 1);
  const dotted = last.includes('.') ? last : undefined;
  const embedded = dotted === undefined ? undefined : parseDotted(dotted);
  if (dotted !== undefined && embedded === undefined) return undefined;
  const tail =
    embedded === undefined ? '' : `${(embedded >> 16n).toString(16)}:${(embedded & 0xffffn).toString(16)}`;
  const halves = (dotted === undefined ? text : text.slice(0, -dotted.length) + tail).split('::');
  if (halves.length > 2) return undefined;
  const [before = [], after = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - before.length - after.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function longestRunOfZeros(groups: readonly string[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
