import { defineGlobal } from '../natives.ts';

declare class DOMException extends Error {
  constructor(message: string, name: string);
}

const errorTypes = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

function notCloneable(value: unknown): DOMException {
  const text = typeof value === 'symbol' ? String(value) : `A ${typeof value}`;
  return new DOMException(`${text} could not be cloned.`, 'DataCloneError');
}

/** The structured clone of HTML (section 2.7), for what a policy can have; nothing can be transferred. */
function clone(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw notCloneable(value);
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const remember = <T>(copy: T): T => {
    seen.set(value, copy);
    return copy;
  };
  const properties = (target: object): object => {
    for (const [key, item] of Object.entries(value)) {
      const descriptor = { value: clone(item, seen), writable: true, enumerable: true, configurable: true };
      Object.defineProperty(target, key, descriptor);
    }
    return target;
  };
  if (Array.isArray(value)) return properties(remember(Array.from({ length: value.length })));
  if ([Boolean, Number, String, BigInt].some((Type) => value instanceof Type)) {
    return remember(Object(value.valueOf()) as unknown);
  }
  if (value instanceof Date) return remember(new Date(value.getTime()));
  if (value instanceof RegExp) return remember(new RegExp(value.source, value.flags));
  if (value instanceof ArrayBuffer) return remember(value.slice(0));
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    const View = value.constructor as new (buffer: unknown, offset: number, length: number) => object;
    const elementBytes = 'BYTES_PER_ELEMENT' in value ? (value.BYTES_PER_ELEMENT as number) : 1;
    return remember(new View(clone(buffer, seen), byteOffset, byteLength / elementBytes));
  }
  if (value instanceof Map) {
    const copy = remember(new Map<unknown, unknown>());
    for (const [key, item] of value) copy.set(clone(key, seen), clone(item, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = remember(new Set<unknown>());
    for (const item of value) copy.add(clone(item, seen));
    return copy;
  }
  if (value instanceof Error) {
    const Type = errorTypes[value.name as keyof typeof errorTypes] ?? Error;
    const copy = remember(new Type(value.message));
    if ('cause' in value) copy.cause = clone(value.cause, seen);
    return copy;
  }
  if ([Promise, WeakMap, WeakSet, WeakRef].some((Type) => value instanceof Type)) throw notCloneable(value);
  return properties(remember({}));
}

defineGlobal('structuredClone', (value: unknown): unknown => clone(value, new Map()));
