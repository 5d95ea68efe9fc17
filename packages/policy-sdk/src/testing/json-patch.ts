import { isObject } from '../request/shape.ts';

export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  /** A JSON pointer (RFC 6901). */
  readonly path: string;
  readonly value?: unknown;
}

/**
 * Applies a patch of the host (RFC 6902). It consists of `add`, `remove` and `replace` only.
 *
 * @throws Error if the patch does not fit the document
 */
export function applyPatch(document: unknown, patch: readonly PatchOperation[]): unknown {
  const root = { document: structuredClone(document) };
  for (const { op, path, value } of patch) {
    const names = `document${path}`
      .split('/')
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = names.pop()!;
    let holder: unknown = root;
    for (const name of names) holder = (Object(holder) as Record<string, unknown>)[name];
    if (Array.isArray(holder)) {
      const index = last === '-' ? holder.length : Number(last);
      if (op === 'add') holder.splice(index, 0, value);
      else if (op === 'remove') holder.splice(index, 1);
      else holder[index] = value;
    } else if (isObject(holder)) {
      if (op === 'remove') delete holder[last];
      else
        Object.defineProperty(holder, last, { value, enumerable: true, configurable: true, writable: true });
    } else throw new Error(`the patch has a path that leads nowhere: ${path}`);
  }
  return root.document;
}
