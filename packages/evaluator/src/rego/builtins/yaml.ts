import { Document, parseAllDocuments } from 'yaml';
import { integerTag, toScalar } from '../go/yaml-scalars.ts';
import { jsonEntries } from '../values/format.ts';
import { isArray, RegoObject, RegoSet, type RegoValue } from '../values/value.ts';
import { BuiltinError, stringOperand, type BuiltinTable } from './builtin.ts';

/** What aliases may multiply a document's size by. */
const maximumAliases = 100;

export const yaml: BuiltinTable = {
  'yaml.marshal'(_context, value) {
    const document = new Document(toPlain(value), { aliasDuplicateObjects: false });
    return document.toString({ lineWidth: 0, blockQuote: 'literal', singleQuote: true });
  },

  'yaml.unmarshal': (_context, text) => unmarshal(stringOperand(text, 1)),

  'yaml.is_valid'(_context, text) {
    if (typeof text !== 'string') return false;
    try {
      unmarshal(text);
      return true;
    } catch (error) {
      if (error instanceof BuiltinError) return false;
      throw error;
    }
  },
};

/** @throws BuiltinError */
function unmarshal(text: string): RegoValue {
  try {
    const documents = parseAllDocuments(text, {
      intAsBigInt: true,
      merge: true,
      uniqueKeys: false,
      logLevel: 'silent',
      customTags: (tags) => [integerTag, ...tags],
    });
    // All documents must be valid, and the first one counts, as in OPA.
    for (const { errors } of documents) if (errors[0] !== undefined) throw errors[0];
    return fromPlain(documents[0]?.toJS({ mapAsMap: true, maxAliasCount: maximumAliases }));
  } catch (cause) {
    if (cause instanceof BuiltinError) throw cause;
    throw new BuiltinError(`yaml: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function fromPlain(value: unknown): RegoValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Map) {
    return new RegoObject([...value].map(([key, item]) => [keyText(key), fromPlain(item)]));
  }
  if (Array.isArray(value)) return value.map(fromPlain);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new BuiltinError('number is not finite');
  if (isScalar(value)) return value;
  throw new BuiltinError(`unsupported value of type ${typeof value}`);
}

function isScalar(value: unknown): value is string | boolean | number | bigint {
  return ['string', 'boolean', 'number', 'bigint'].includes(typeof value);
}

/** Keys become JSON keys. */
function keyText(key: unknown): string {
  if (isScalar(key)) return String(key);
  throw new BuiltinError('unsupported map key');
}

/** Values as the YAML library takes them; maps keep any key apart from the object's own members. */
function toPlain(value: RegoValue): unknown {
  if (typeof value === 'string') return toScalar(value);
  if (value instanceof RegoObject) {
    return new Map(jsonEntries(value).map(([key, item]) => [toScalar(key), toPlain(item)]));
  }
  if (value instanceof RegoSet) return value.members().map(toPlain);
  return isArray(value) ? value.map(toPlain) : value;
}
