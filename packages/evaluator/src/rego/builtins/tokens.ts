import { parseValue, RegoSyntaxError } from '../values/parse.ts';
import { RegoObject, type RegoValue } from '../values/value.ts';
import { bytesToHex, bytesToText, decodeBase64Url } from './bytes.ts';
import { BuiltinError, stringOperand, type BuiltinTable } from './builtin.ts';

/** Tokens inside of tokens that are unwrapped. */
const maximumNesting = 8;

export const tokens: BuiltinTable = {
  /** Header, payload and signature (hexadecimal); nothing is verified. */
  'io.jwt.decode': (_context, token) => decode(stringOperand(token, 1), 0),
};

function decode(token: string, depth: number): RegoValue {
  const sections = token.split('.');
  const [header = '', payload = '', signature = ''] = sections;
  if (sections.length === 1) throw new BuiltinError('encoded JWT had no period separators');
  if (sections.length !== 3) {
    throw new BuiltinError(`encoded JWT must have 3 sections, found ${sections.length}`);
  }
  const decodedHeader = jsonObject(bytesToText(decodeBase64Url(header)));
  if (decodedHeader.get('enc') !== undefined) {
    throw new BuiltinError('JWT is a JWE object, which is not supported');
  }
  const text = bytesToText(decodeBase64Url(payload));
  if (decodedHeader.get('cty') === 'JWT') {
    if (depth >= maximumNesting) throw new BuiltinError('JWT is nested too deeply');
    return decode(trimQuotes(text), depth + 1);
  }
  return [decodedHeader, jsonObject(text), bytesToHex(decodeBase64Url(signature))];
}

/** Some encoders put the inner token into quotes. */
function trimQuotes(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && `"'`.includes(text[start] as string)) start++;
  while (end > start && `"'`.includes(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

function jsonObject(text: string): RegoObject {
  try {
    const value = parseValue(text, { json: true });
    if (value instanceof RegoObject) return value;
  } catch (cause) {
    if (!(cause instanceof RegoSyntaxError)) throw cause;
    throw new BuiltinError(`invalid JSON: ${cause.message}`, { cause });
  }
  throw new BuiltinError('decoded JSON type was not an Object');
}
