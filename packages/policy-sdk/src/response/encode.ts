import { isObject } from '../request/shape.ts';
import type { ValidationResponse } from './response.ts';

/**
 * The answer to `validate` as the host wants it; what is not set is left out.
 *
 * @param response - what the handler returned, whatever its type says
 * @param stringify - prints the mutated object
 * @throws TypeError naming what is wrong; the host then rejects the request
 */
export function encodeValidationResponse(
  response: unknown,
  stringify: (mutatedObject: unknown) => string | undefined,
): string {
  if (!isObject(response) || typeof response['accepted'] !== 'boolean') {
    throw new TypeError('validate must return accept(…), reject(…) or mutate(…)');
  }
  const { accepted, message, code, mutatedObject, auditAnnotations, warnings } =
    response as unknown as ValidationResponse;
  check(message === undefined || typeof message === 'string', 'message must be a string');
  check(code === undefined || isCode(code), 'code must be an integer from 0 to 65535');
  check(
    auditAnnotations === undefined || isStringRecord(auditAnnotations),
    'auditAnnotations must be an object of strings',
  );
  check(
    warnings === undefined || (Array.isArray(warnings) && warnings.every(isString)),
    'warnings must be a list of strings',
  );
  // The mutated object is printed by itself, so the text is put together from members.
  const members = [`"accepted":${accepted}`];
  const add = (name: string, value: unknown): void => {
    if (value !== undefined) members.push(`"${name}":${JSON.stringify(value)}`);
  };
  add('message', message);
  add('code', code);
  if (mutatedObject !== undefined) {
    const text = stringify(mutatedObject);
    check(text !== undefined, 'the mutated object must be JSON');
    members.push(`"mutated_object":${text}`);
  }
  add('audit_annotations', auditAnnotations);
  add('warnings', warnings);
  return `{${members.join(',')}}`;
}

function check(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new TypeError(`the response of validate is wrong: ${problem}`);
}

function isCode(code: unknown): boolean {
  return Number.isInteger(code) && (code as number) >= 0 && (code as number) <= 0xffff;
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function isStringRecord(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isString);
}
