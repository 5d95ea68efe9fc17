import { compareUtf8 } from '@kubewarden/policy';
import { parseValue, RegoSyntaxError } from '../values/parse.ts';
import { formatValue, jsonEntries, jsonString, numberText, toJson } from '../values/format.ts';
import { isArray, RegoObject, RegoSet, type RegoValue } from '../values/value.ts';
import {
  bytesToHex,
  bytesToText,
  decodeBase64Url,
  encodeBase64Url,
  hexToBytes,
  textToBytes,
} from './bytes.ts';
import {
  booleanOperand,
  BuiltinError,
  checkTextLength,
  objectOperand,
  stringOperand,
  type BuiltinTable,
} from './builtin.ts';

export const encoding: BuiltinTable = {
  'base64url.encode_no_pad'(_context, text) {
    return encodeBase64Url(textToBytes(stringOperand(text, 1)));
  },

  'base64url.decode'(_context, text) {
    return bytesToText(decodeBase64Url(stringOperand(text, 1)));
  },

  'hex.encode'(_context, text) {
    return bytesToHex(textToBytes(stringOperand(text, 1)));
  },

  'hex.decode'(_context, text) {
    return bytesToText(hexToBytes(stringOperand(text, 1)));
  },

  'urlquery.encode'(_context, text) {
    return queryEscape(stringOperand(text, 1));
  },

  'urlquery.decode'(_context, text) {
    return queryUnescape(stringOperand(text, 1));
  },

  'urlquery.encode_object'(_context, object) {
    const pairs = jsonEntries(objectOperand(object, 1)).flatMap(([key, value]) =>
      queryValues(value).map((text) => `${percentEscape(key)}=${percentEscape(text)}`),
    );
    return pairs.join('&');
  },

  'urlquery.decode_object'(_context, query) {
    return decodeQuery(stringOperand(query, 1));
  },

  'json.is_valid'(_context, text) {
    return typeof text === 'string' && isJson(text);
  },

  'json.marshal_with_options'(_context, value, options) {
    const { pretty, indent, prefix } = marshalOptions(objectOperand(options, 2));
    if (!pretty) return toJson(value);
    return prefix + indented(value, `\n${prefix}`, indent);
  },
};

function isJson(text: string): boolean {
  try {
    parseValue(text, { json: true });
    return true;
  } catch (error) {
    if (error instanceof RegoSyntaxError) return false;
    throw error;
  }
}

function queryEscape(text: string): string {
  return percentEscape(text).replaceAll('%20', '+');
}

/** Everything but letters, digits and `-_.~`. */
function percentEscape(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function queryUnescape(text: string): string {
  const wrong = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text);
  if (wrong !== null) throw new BuiltinError(`invalid URL escape ${JSON.stringify(wrong[0])}`);
  const bytes = textToBytes(text.replaceAll('+', ' '));
  const decoded: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 0x25) decoded.push(bytes[i] as number);
    else {
      decoded.push(Number.parseInt(String.fromCharCode(bytes[i + 1] as number, bytes[i + 2] as number), 16));
      i += 2;
    }
  }
  return bytesToText(Uint8Array.from(decoded));
}

function queryValues(value: RegoValue): readonly string[] {
  if (typeof value === 'string') return [value];
  const members = value instanceof RegoSet ? value.members() : isArray(value) ? value : [value];
  if (members.every((member) => typeof member === 'string')) {
    if (value instanceof RegoSet || isArray(value)) return members;
  }
  throw new BuiltinError('operand 1 values must be string, array[string], or set[string]');
}

/** Every parameter with the list of its values. */
function decodeQuery(query: string): RegoObject {
  const parameters = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair.includes(';')) throw new BuiltinError('invalid semicolon separator in query');
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const key = queryUnescape(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : queryUnescape(pair.slice(equals + 1));
    const values = parameters.get(key);
    if (values === undefined) parameters.set(key, [value]);
    else values.push(value);
  }
  return new RegoObject(parameters);
}

interface MarshalOptions {
  readonly pretty: boolean;
  readonly indent: string;
  readonly prefix: string;
}

function marshalOptions(options: RegoObject): MarshalOptions {
  let pretty: boolean | undefined;
  let indent: string | undefined;
  let prefix: string | undefined;
  for (const [key, value] of options.entries()) {
    if (key === 'pretty') pretty = booleanOperand(value, 2);
    else if (key === 'indent') indent = stringOperand(value, 2);
    else if (key === 'prefix') prefix = stringOperand(value, 2);
    else throw new BuiltinError(`operand 2 object contained unknown key ${formatValue(key)}`);
  }
  return {
    pretty: pretty ?? (indent !== undefined || prefix !== undefined),
    indent: indent ?? '\t',
    prefix: prefix ?? '',
  };
}

/** @param newline - line break, prefix and the indentation of this level */
function indented(value: RegoValue, newline: string, indent: string): string {
  const inner = newline + indent;
  checkTextLength(inner.length);
  const wrap = (open: string, items: readonly string[], close: string): string => {
    if (items.length === 0) return open + close;
    const text = `${open}${inner}${items.join(`,${inner}`)}${newline}${close}`;
    checkTextLength(text.length);
    return text;
  };
  if (typeof value === 'string') return jsonString(value);
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value);
  if (value instanceof RegoObject) {
    const members = jsonEntries(value)
      .toSorted(([a], [b]) => compareUtf8(a, b))
      .map(([key, item]) => `${jsonString(key)}: ${indented(item, inner, indent)}`);
    return wrap('{', members, '}');
  }
  if (value instanceof RegoSet || isArray(value)) {
    const items = value instanceof RegoSet ? value.members() : value;
    return wrap(
      '[',
      items.map((item) => indented(item, inner, indent)),
      ']',
    );
  }
  return String(value);
}
