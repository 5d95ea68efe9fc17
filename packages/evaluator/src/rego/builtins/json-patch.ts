import { formatValue } from '../values/format.ts';
import { isArray, RegoObject, RegoSet, type RegoValue } from '../values/value.ts';
import { equal } from './collections.ts';
import { arrayOperand, BuiltinError, type BuiltinTable } from './builtin.ts';

export const jsonPatch: BuiltinTable = {
  'json.patch'(_context, target, patch) {
    return arrayOperand(patch, 2).reduce<RegoValue>(apply, target);
  },
};

type Path = readonly RegoValue[];

type Operation = (target: RegoValue, path: Path, operation: RegoObject) => RegoValue;

/** The operations of RFC 6902. Sets can be patched too: there a member is its own key. */
const operations: ReadonlyMap<RegoValue, Operation> = new Map<RegoValue, Operation>([
  ['add', (target, path, operation) => add(target, path, attribute(operation, 'value'))],
  ['remove', remove],
  ['replace', (target, path, operation) => replace(target, path, attribute(operation, 'value'))],
  [
    'move',
    (target, path, operation) => {
      const from = parsePath(attribute(operation, 'from'));
      return add(remove(target, from), path, lookUp(target, from));
    },
  ],
  [
    'copy',
    (target, path, operation) => add(target, path, lookUp(target, parsePath(attribute(operation, 'from')))),
  ],
  [
    'test',
    (target, path, operation) => {
      const [found, expected] = [lookUp(target, path), attribute(operation, 'value')];
      if (equal(found, expected)) return target;
      throw new BuiltinError(`test failed: expected ${formatValue(expected)}, found ${formatValue(found)}`);
    },
  ],
]);

function apply(target: RegoValue, operation: RegoValue): RegoValue {
  if (!(operation instanceof RegoObject)) {
    throw new BuiltinError(
      'must be an array of JSON-Patch objects, but at least one element is not an object',
    );
  }
  const path = parsePath(attribute(operation, 'path'));
  const op = attribute(operation, 'op');
  const perform = operations.get(op);
  if (perform === undefined) throw new BuiltinError(`unrecognized op: ${formatValue(op)}`);
  return perform(target, path, operation);
}

function attribute(operation: RegoObject, name: string): RegoValue {
  const value = operation.get(name);
  if (value === undefined) throw new BuiltinError(`missing required attribute '${name}'`);
  return value;
}

/** A JSON pointer (the first slash may be missing) or an array of keys. */
function parsePath(path: RegoValue): Path {
  if (isArray(path)) return path;
  if (typeof path !== 'string') {
    throw new BuiltinError('operand 2 must contain string paths or arrays of path segments');
  }
  if (path === '') return [];
  return path
    .replace(/^\/+/, '')
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function lookUp(target: RegoValue, path: Path): RegoValue {
  return path.reduce<RegoValue>((value, key) => child(value, key), target);
}

function child(parent: RegoValue, key: RegoValue): RegoValue {
  if (isArray(parent)) return parent[indexOf(parent, key, parent.length - 1)] as RegoValue;
  if (!(parent instanceof RegoObject || parent instanceof RegoSet)) throw notAComposite(parent);
  const found = parent instanceof RegoObject ? parent.get(key) : parent.has(key) ? key : undefined;
  if (found === undefined) throw new BuiltinError(`path does not exist: ${formatValue(key)}`);
  return found;
}

/** Changes what is at the end of a path, rebuilding everything on the way to it. */
function change(
  target: RegoValue,
  path: Path,
  edit: (parent: RegoValue, key: RegoValue) => RegoValue,
): RegoValue {
  const [key, ...rest] = path as [RegoValue, ...RegoValue[]];
  if (rest.length === 0) return edit(target, key);
  return replaceChild(target, key, change(child(target, key), rest, edit));
}

function replaceChild(parent: RegoValue, key: RegoValue, value: RegoValue): RegoValue {
  if (parent instanceof RegoObject) return new RegoObject([...parent.entries(), [key, value]]);
  if (parent instanceof RegoSet) {
    return new RegoSet([...parent.members().filter((member) => !equal(member, key)), value]);
  }
  if (isArray(parent)) return parent.with(indexOf(parent, key, parent.length - 1), value);
  throw notAComposite(parent);
}

function add(target: RegoValue, path: Path, value: RegoValue): RegoValue {
  if (path.length === 0) return value;
  return change(target, path, (parent, key) => {
    if (isArray(parent)) return parent.toSpliced(indexOf(parent, key, parent.length), 0, value);
    if (parent instanceof RegoSet && !equal(key, value)) {
      throw new BuiltinError(
        `set key ${formatValue(key)} does not equal value to be inserted ${formatValue(value)}`,
      );
    }
    return replaceChild(parent, key, value);
  });
}

function remove(target: RegoValue, path: Path): RegoValue {
  if (path.length === 0) throw new BuiltinError('the whole document cannot be removed');
  return change(target, path, (parent, key) => {
    child(parent, key);
    if (isArray(parent)) return parent.toSpliced(indexOf(parent, key, parent.length - 1), 1);
    if (parent instanceof RegoSet) {
      return new RegoSet(parent.members().filter((member) => !equal(member, key)));
    }
    return new RegoObject((parent as RegoObject).entries().filter(([name]) => !equal(name, key)));
  });
}

/** As in OPA, the old value is removed and the new one added. */
function replace(target: RegoValue, path: Path, value: RegoValue): RegoValue {
  return path.length === 0 ? value : add(remove(target, path), path, value);
}

/** @param last - the largest index allowed */
function indexOf(array: readonly RegoValue[], key: RegoValue, last: number): number {
  if (key === '-') return last;
  const text = typeof key === 'bigint' ? String(key) : key;
  if (typeof text !== 'string' || !/^(?:0|[1-9]\d*)$/.test(text)) {
    throw new BuiltinError(`invalid index ${formatValue(key)}`);
  }
  const index = Number(text);
  if (index > last) throw new BuiltinError(`index ${index} is out of bounds of ${array.length} elements`);
  return index;
}

function notAComposite(value: RegoValue): BuiltinError {
  return new BuiltinError(`expected composite type, found value: ${formatValue(value)}`);
}
