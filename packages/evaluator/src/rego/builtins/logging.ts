import { formatValue } from '../values/format.ts';
import { RegoSet, type RegoValue } from '../values/value.ts';
import {
  arrayOperand,
  checkElements,
  stringOperand,
  type BuiltinContext,
  type BuiltinTable,
} from './builtin.ts';

export const logging: BuiltinTable = {
  trace(context, note) {
    context.log('debug', stringOperand(note, 1));
    return true;
  },

  // The compiler gives `print` one set per argument: its values, or none when the argument is undefined.
  'internal.print'(context, operands) {
    const columns = arrayOperand(operands, 1).map((operand) => texts(operand));
    const lines = columns.reduce((total, column) => total * column.length, 1);
    checkElements(lines);
    printLines(context, columns, []);
    return true;
  },
};

function texts(operand: RegoValue): string[] {
  const values = operand instanceof RegoSet ? operand.members() : [operand];
  if (values.length === 0) return ['<undefined>'];
  return values.map((value) => (typeof value === 'string' ? value : formatValue(value)));
}

function printLines(context: BuiltinContext, columns: readonly string[][], words: readonly string[]): void {
  const [column, ...others] = columns;
  if (column === undefined) context.log('info', words.join(' '));
  else for (const word of column) printLines(context, others, [...words, word]);
}
