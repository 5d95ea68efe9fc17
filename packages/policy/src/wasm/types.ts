import type { ByteReader } from './byte-reader.ts';
import { WasmFormatError } from './errors.ts';

/** A value type; `ref` is any reference type other than the two plain ones. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref' | 'ref';

/** An entry of the type section, recursion groups flattened, so that its place in the list is its index. */
export type WasmType =
  | {
      readonly kind: 'function';
      readonly parameters: readonly ValueType[];
      readonly results: readonly ValueType[];
    }
  | { readonly kind: 'struct' }
  | { readonly kind: 'array' };

export type FunctionType = Extract<WasmType, { kind: 'function' }>;

/** Bounds of a memory (in pages of 64 KiB) or of a table (in elements). */
export interface Limits {
  readonly minimum: number;
  readonly maximum?: number;
  readonly shared: boolean;
  /** Addressed with 64 bits. */
  readonly is64: boolean;
  /** Logarithm of a page size other than 64 KiB. */
  readonly pageSizeLog2?: number;
}

const plainTypes = new Map<number, ValueType>([
  [0x7f, 'i32'],
  [0x7e, 'i64'],
  [0x7d, 'f32'],
  [0x7c, 'f64'],
  [0x7b, 'v128'],
  [0x70, 'funcref'],
  [0x6f, 'externref'],
]);

const valueTypeCodes = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
} as const;

/** Byte of a value type, for encoders. */
export function valueTypeCode(type: Exclude<ValueType, 'ref'>): number {
  return valueTypeCodes[type];
}

export function readValueType(reader: ByteReader): ValueType {
  const start = reader.offset;
  const code = reader.byte();
  const plain = plainTypes.get(code);
  if (plain !== undefined) return plain;
  if (code === 0x63 || code === 0x64) {
    reader.skipSigned();
    return 'ref';
  }
  // Short forms of the reference types of the GC and exception proposals: anyref, exnref, nullref, …
  if (code >= 0x68 && code <= 0x74) return 'ref';
  throw new WasmFormatError(`value type 0x${code.toString(16)} is unknown`, start);
}

export function readLimits(reader: ByteReader): Limits {
  const start = reader.offset;
  const flags = reader.byte();
  if (flags > 0x0f) throw new WasmFormatError(`limits of kind 0x${flags.toString(16)} are unknown`, start);
  const minimum = reader.unsigned64();
  const maximum = (flags & 1) === 0 ? undefined : reader.unsigned64();
  const pageSizeLog2 = (flags & 8) === 0 ? undefined : reader.unsigned();
  return {
    minimum,
    ...(maximum === undefined ? {} : { maximum }),
    shared: (flags & 2) !== 0,
    is64: (flags & 4) !== 0,
    ...(pageSizeLog2 === undefined ? {} : { pageSizeLog2 }),
  };
}

/** Reads the payload of a type section. */
export function readTypes(reader: ByteReader): WasmType[] {
  const types: WasmType[] = [];
  for (let left = reader.count(); left > 0; left--) {
    if (reader.bytes[reader.offset] === 0x4e) {
      reader.byte();
      for (let members = reader.count(); members > 0; members--) types.push(readSubType(reader));
    } else {
      types.push(readSubType(reader));
    }
  }
  return types;
}

function readSubType(reader: ByteReader): WasmType {
  const start = reader.offset;
  let form = reader.byte();
  if (form === 0x50 || form === 0x4f) {
    for (let supertypes = reader.count(); supertypes > 0; supertypes--) reader.unsigned();
    form = reader.byte();
  }
  switch (form) {
    case 0x60:
      return { kind: 'function', parameters: readValueTypes(reader), results: readValueTypes(reader) };
    case 0x5f:
      for (let fields = reader.count(); fields > 0; fields--) skipField(reader);
      return { kind: 'struct' };
    case 0x5e:
      skipField(reader);
      return { kind: 'array' };
    default:
      throw new WasmFormatError(`type form 0x${form.toString(16)} is unknown`, start);
  }
}

function readValueTypes(reader: ByteReader): ValueType[] {
  const types: ValueType[] = [];
  for (let left = reader.count(); left > 0; left--) types.push(readValueType(reader));
  return types;
}

function skipField(reader: ByteReader): void {
  const packed = reader.bytes[reader.offset];
  if (packed === 0x78 || packed === 0x77) reader.byte();
  else readValueType(reader);
  reader.byte();
}
