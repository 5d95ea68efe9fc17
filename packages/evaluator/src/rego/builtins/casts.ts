import { isArray, RegoObject, RegoSet, typeName, type RegoValue } from '../values/value.ts';
import { BuiltinError, membersOperand, type Builtin, type BuiltinTable } from './builtin.ts';

export const casts: BuiltinTable = {
  cast_array: (_context, value) => membersOperand(value, 1),
  cast_set: (_context, value) => new RegoSet(membersOperand(value, 1)),
  cast_string: only('string', (value) => typeof value === 'string'),
  cast_boolean: only('boolean', (value) => typeof value === 'boolean'),
  cast_null: only('null', (value) => value === null),
  cast_object: only('object', (value) => value instanceof RegoObject),

  'array.reverse': (_context, value) => {
    if (value !== undefined && isArray(value)) return value.toReversed();
    throw wrongType('array', value);
  },
};

function only(type: string, test: (value: RegoValue | undefined) => boolean): Builtin {
  return (_context, value) => {
    if (value !== undefined && test(value)) return value;
    throw wrongType(type, value);
  };
}

function wrongType(type: string, value: RegoValue | undefined): BuiltinError {
  return new BuiltinError(
    `operand 1 must be ${type} but got ${value === undefined ? 'nothing' : typeName(value)}`,
  );
}
