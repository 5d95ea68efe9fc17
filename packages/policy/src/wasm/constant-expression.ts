import type { ByteReader } from './byte-reader.ts';
import { WasmFormatError } from './errors.ts';

/**
 * Skips a constant expression: the initial value of a global, the offset of a segment. Knows the instructions
 * that may occur there, those of extended constant expressions and of GC types included.
 */
export function skipConstantExpression(reader: ByteReader): void {
  for (;;) {
    const start = reader.offset;
    const opcode = reader.byte();
    switch (opcode) {
      case 0x0b: // end
        return;
      case 0x23: // global.get
      case 0xd2: // ref.func
        reader.unsigned();
        break;
      case 0x41: // i32.const
      case 0x42: // i64.const
      case 0xd0: // ref.null
        reader.skipSigned();
        break;
      case 0x43: // f32.const
        reader.skip(4);
        break;
      case 0x44: // f64.const
        reader.skip(8);
        break;
      case 0x6a: // i32.add, sub, mul
      case 0x6b:
      case 0x6c:
      case 0x7c: // i64.add, sub, mul
      case 0x7d:
      case 0x7e:
        break;
      case 0xfb:
        skipGcInstruction(reader, start);
        break;
      case 0xfd: // v128.const
        if (reader.unsigned() !== 0x0c) throw unknownInstruction(start);
        reader.skip(16);
        break;
      default:
        throw unknownInstruction(start);
    }
  }
}

function skipGcInstruction(reader: ByteReader, start: number): void {
  switch (reader.unsigned()) {
    case 0: // struct.new, struct.new_default
    case 1:
    case 6: // array.new, array.new_default
    case 7:
      reader.unsigned();
      break;
    case 8: // array.new_fixed
      reader.unsigned();
      reader.unsigned();
      break;
    case 26: // any.convert_extern, extern.convert_any, ref.i31
    case 27:
    case 28:
      break;
    default:
      throw unknownInstruction(start);
  }
}

function unknownInstruction(offset: number): WasmFormatError {
  return new WasmFormatError('an instruction is not allowed in a constant expression', offset);
}
