import { BuiltinError, checkElements, integerOperand, stringOperand, type BuiltinTable } from './builtin.ts';

export const numbers: BuiltinTable = {
  'numbers.range_step'(_context, from, to, step) {
    const [first, last, distance] = [integerOperand(from, 1), integerOperand(to, 2), integerOperand(step, 3)];
    if (distance <= 0n) throw new BuiltinError('numbers.range_step: step must be a positive integer');
    const span = first <= last ? last - first : first - last;
    const count = span / distance + 1n;
    checkElements(Number(count));
    const signed = first <= last ? distance : -distance;
    return Array.from({ length: Number(count) }, (_, index) => first + BigInt(index) * signed);
  },

  // Of one evaluation, the same arguments get the same number.
  'rand.intn'(context, name, limit) {
    const bound = integerOperand(limit, 2);
    const magnitude = bound < 0n ? -bound : bound;
    if (magnitude > 2n ** 63n) throw new BuiltinError(`operand 2 is out of range: ${bound}`);
    if (magnitude === 0n) return 0n;
    const key = `rand.intn ${magnitude} ${stringOperand(name, 1)}`;
    const remembered = context.remembered.get(key);
    if (remembered !== undefined) return remembered;
    // Twice as many random bits as the result has: the bias is below 2⁻⁶⁴.
    const random = context.random(16).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
    const drawn = random % magnitude;
    context.remembered.set(key, drawn);
    return drawn;
  },
};
