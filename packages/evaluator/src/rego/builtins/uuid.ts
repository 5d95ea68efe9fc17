import { identity, RegoObject, type RegoValue } from '../values/value.ts';
import { bytesToHex, hexToBytes } from './bytes.ts';
import { stringOperand, type BuiltinTable } from './builtin.ts';

export const uuid: BuiltinTable = {
  // Of one evaluation, the same argument gets the same UUID.
  'uuid.rfc4122'(context, name) {
    const key = `uuid.rfc4122 ${identity(name)}`;
    const remembered = context.remembered.get(key);
    if (remembered !== undefined) return remembered;
    const bytes = context.random(16);
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    const drawn = bytesToHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    context.remembered.set(key, drawn);
    return drawn;
  },

  'uuid.parse'(_context, text) {
    const digits = parse(stringOperand(text, 1));
    return digits === undefined ? undefined : describe(hexToBytes(digits));
  },
};

/** The 32 digits of the forms that Go's package takes; undefined for any other text. */
function parse(text: string): string | undefined {
  if (/^[0-9a-f]{32}$/i.test(text)) return text;
  const bare = /^(?:urn:uuid:)?([0-9a-f-]{36})$/i.exec(text)?.[1] ?? /^.([0-9a-f-]{36}).$/is.exec(text)?.[1];
  const groups = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i.exec(bare ?? '');
  return groups?.slice(1).join('');
}

/** 100 ns steps between the start of the Gregorian calendar, where UUIDs count from, and 1970. */
const gregorianOffset = 0x01b2_1dd2_1381_4000n;

function describe(bytes: Uint8Array): RegoObject {
  const view = new DataView(bytes.buffer);
  const version = view.getUint8(6) >> 4;
  const fields: [string, RegoValue][] = [
    ['version', BigInt(version)],
    ['variant', variant(view.getUint8(8))],
  ];
  if (version === 1 || version === 2) {
    const ticks =
      BigInt(view.getUint32(0)) |
      (BigInt(view.getUint16(4)) << 32n) |
      (BigInt(view.getUint16(6) & 0xfff) << 48n);
    fields.push(
      // Wraps around for moments that 64 bits do not hold, as in OPA.
      ['time', BigInt.asIntN(64, (ticks - gregorianOffset) * 100n)],
      ['nodeid', Array.from(bytes.subarray(10), (byte) => bytesToHex(Uint8Array.of(byte))).join('-')],
      ['macvariables', addressKind(view.getUint8(10))],
      ['clocksequence', BigInt(view.getUint16(8) & 0x3fff)],
    );
  }
  if (version === 2) {
    const domain = view.getUint8(9);
    fields.push(
      ['id', BigInt(view.getUint32(0))],
      ['domain', ['Person', 'Group', 'Org'][domain] ?? `Domain${domain}`],
    );
  }
  return new RegoObject(fields);
}

function variant(byte: number): string {
  if ((byte & 0xc0) === 0x80) return 'RFC4122';
  if ((byte & 0xe0) === 0xc0) return 'Microsoft';
  return (byte & 0xe0) === 0xe0 ? 'Future' : 'Reserved';
}

function addressKind(byte: number): string {
  return `${byte & 2 ? 'local' : 'global'}:${byte & 1 ? 'multicast' : 'unicast'}`;
}
