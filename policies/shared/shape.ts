import { RequestError } from '@kubewarden/policy-sdk';

/**
 * A list of objects inside of a request, which nobody has checked yet. Absent or null, it is empty.
 *
 * @param name - what the message calls it
 * @throws RequestError if it is something else
 */
export function objectList<T extends object>(
  list: readonly T[] | null | undefined,
  name: string,
): readonly T[] {
  const objects: unknown = list ?? [];
  if (!Array.isArray(objects) || !objects.every((item) => typeof item === 'object' && item !== null)) {
    throw new RequestError(`${name} must be a list of objects`);
  }
  return objects as readonly T[];
}

/**
 * A list of strings inside of a request, which nobody has checked yet. Absent or null, it is empty.
 *
 * @param name - what the message calls it
 * @throws RequestError if it is something else
 */
export function stringList(list: readonly string[] | null | undefined, name: string): readonly string[] {
  const strings: unknown = list ?? [];
  if (!Array.isArray(strings) || !strings.every((item) => typeof item === 'string')) {
    throw new RequestError(`${name} must be a list of strings`);
  }
  return strings as readonly string[];
}

/**
 * A list of numbers inside of a request, which nobody has checked yet. Absent or null, it is empty.
 *
 * @param name - what the message calls it
 * @throws RequestError if it is something else
 */
export function numberList(list: readonly number[] | null | undefined, name: string): readonly number[] {
  const numbers: unknown = list ?? [];
  if (!Array.isArray(numbers) || !numbers.every((item) => typeof item === 'number')) {
    throw new RequestError(`${name} must be a list of numbers`);
  }
  return numbers as readonly number[];
}
