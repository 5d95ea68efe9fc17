import { identity, isArray, RegoObject, RegoSet, type RegoValue } from '../values/value.ts';
import { BuiltinError, objectOperand, arrayOperand, type BuiltinTable } from './builtin.ts';

export const collections: BuiltinTable = {
  'object.subset'(_context, whole, part) {
    if (isArray(whole) && part instanceof RegoSet) {
      return part.members().every((member) => includes(whole, member));
    }
    const result = subset(whole, part);
    if (result !== undefined) return result;
    throw new BuiltinError('both arguments object.subset must be of the same type or array and set');
  },

  // Compiled into modules by newer releases of OPA; those of older ones ask the host.
  'object.keys': (_context, object) =>
    new RegoSet(
      objectOperand(object, 1)
        .entries()
        .map(([key]) => key),
    ),

  'object.union_n'(_context, objects) {
    return arrayOperand(objects, 1)
      .map((object) => objectOperand(object, 1))
      .reduce((merged, object) => union(merged, object), new RegoObject([]));
  },

  'internal.member_2': (_context, value, collection) =>
    items(collection).some(([, item]) => equal(item, value)),

  'internal.member_3': (_context, key, value, collection) =>
    items(collection).some(([itemKey, item]) => equal(itemKey, key) && equal(item, value)),
};

export function equal(a: RegoValue, b: RegoValue): boolean {
  return identity(a) === identity(b);
}

function includes(array: readonly RegoValue[], value: RegoValue): boolean {
  return array.some((item) => equal(item, value));
}

/** Undefined for values of different types, and for scalars. */
function subset(whole: RegoValue, part: RegoValue): boolean | undefined {
  if (whole instanceof RegoObject && part instanceof RegoObject) {
    return part.entries().every(([key, value]) => {
      const counterpart = whole.get(key);
      if (counterpart === undefined) return false;
      return equal(counterpart, value) || (subset(counterpart, value) ?? false);
    });
  }
  if (whole instanceof RegoSet && part instanceof RegoSet) {
    return part.members().every((member) => whole.has(member));
  }
  return isArray(whole) && isArray(part) ? isRun(whole.map(identity), part.map(identity)) : undefined;
}

/**
 * Whether an array contains another without gaps. As in OPA a mismatch discards the partial match and goes on
 * one element further than the start of that match.
 */
function isRun(whole: readonly string[], part: readonly string[]): boolean {
  for (let start = 0; start + part.length <= whole.length; start++) {
    if (part.every((item, offset) => item === whole[start + offset])) return true;
  }
  return false;
}

function union(a: RegoObject, b: RegoObject): RegoObject {
  const merged = b.entries().map(([key, value]): [RegoValue, RegoValue] => {
    const existing = a.get(key);
    const both = existing instanceof RegoObject && value instanceof RegoObject;
    return [key, both ? union(existing, value) : value];
  });
  return new RegoObject([...a.entries(), ...merged]);
}

function items(collection: RegoValue): readonly (readonly [RegoValue, RegoValue])[] {
  if (collection instanceof RegoObject) return collection.entries();
  if (collection instanceof RegoSet) return collection.members().map((member) => [member, member]);
  return isArray(collection) ? collection.map((item, index) => [BigInt(index), item]) : [];
}
