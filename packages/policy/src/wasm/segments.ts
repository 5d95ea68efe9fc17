import type { ByteReader } from './byte-reader.ts';
import { skipConstantExpression } from './constant-expression.ts';
import { WasmFormatError } from './errors.ts';
import { readValueType } from './types.ts';

/** An element segment: functions for a table. */
export interface ElementSegment {
  /** `passive` segments are copied and dropped by instructions. */
  readonly mode: 'active' | 'passive' | 'declarative';
  /** Of active segments. */
  readonly tableIndex?: number;
  readonly length: number;
}

/** A data segment: bytes for a memory. */
export interface DataSegment {
  readonly mode: 'active' | 'passive';
  /** Of active segments. */
  readonly memoryIndex?: number;
  /** Range of the bytes in the module. */
  readonly start: number;
  readonly end: number;
}

/** Reads the payload of an element section. */
export function readElementSegments(reader: ByteReader): ElementSegment[] {
  const segments: ElementSegment[] = [];
  for (let left = reader.count(); left > 0; left--) segments.push(readElementSegment(reader));
  return segments;
}

function readElementSegment(reader: ByteReader): ElementSegment {
  const start = reader.offset;
  const flags = reader.unsigned();
  if (flags > 7) throw new WasmFormatError(`an element segment of kind ${flags} is unknown`, start);
  const active = (flags & 1) === 0;
  const explicit = (flags & 2) !== 0;
  const expressions = (flags & 4) !== 0;
  let tableIndex = 0;
  if (active) {
    if (explicit) tableIndex = reader.unsigned();
    skipConstantExpression(reader);
  }
  if (!active || explicit) {
    if (expressions) readValueType(reader);
    else reader.byte();
  }
  const length = reader.count();
  for (let left = length; left > 0; left--) {
    if (expressions) skipConstantExpression(reader);
    else reader.unsigned();
  }
  if (active) return { mode: 'active', tableIndex, length };
  return { mode: explicit ? 'declarative' : 'passive', length };
}

/** Reads the payload of a data section. */
export function readDataSegments(reader: ByteReader): DataSegment[] {
  const segments: DataSegment[] = [];
  for (let left = reader.count(); left > 0; left--) {
    const segmentStart = reader.offset;
    const flags = reader.unsigned();
    if (flags > 2) throw new WasmFormatError(`a data segment of kind ${flags} is unknown`, segmentStart);
    const memoryIndex = flags === 2 ? reader.unsigned() : 0;
    if (flags !== 1) skipConstantExpression(reader);
    const length = reader.unsigned();
    const start = reader.offset;
    reader.skip(length);
    const end = reader.offset;
    segments.push(
      flags === 1 ? { mode: 'passive', start, end } : { mode: 'active', memoryIndex, start, end },
    );
  }
  return segments;
}
