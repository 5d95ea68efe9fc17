import { stringOperand, type BuiltinTable } from './builtin.ts';

export const globs: BuiltinTable = {
  'glob.quote_meta': (_context, text) => stringOperand(text, 1).replaceAll(/[*?\\[\]{}]/g, String.raw`\$&`),
};
