import { VerificationConfigError } from '../errors.ts';
import { LocatedValue } from './located-value.ts';
import { subjectWithPrefix } from './subject.ts';
import type {
  RequiredAnnotations,
  SignatureRequirement,
  Subject,
  VerificationConfig,
} from './verification-config.ts';

type Fields = ReadonlyMap<string, LocatedValue>;

const kinds = ['pubKey', 'genericIssuer', 'githubAction'];
const nothingDemanded = 'config is missing signatures in both allOf and anyOff list';

/**
 * Reads the text of a verification config, as `readVerificationConfig` does.
 *
 * @throws VerificationConfigError
 */
export function parseVerificationConfig(text: string): VerificationConfig {
  const document = LocatedValue.parse(text);
  if (document.value instanceof Map && document.value.has('apiVersion')) {
    if (document.value.get('apiVersion') !== 'v1') {
      throw new VerificationConfigError('Not a supported configuration version: Unsupported');
    }
  }
  let config: VerificationConfig;
  try {
    config = decodeConfig(document);
  } catch (cause) {
    throw new VerificationConfigError(`Not a valid configuration file: ${(cause as Error).message}`, {
      cause,
    });
  }
  if ((config.allOf === undefined || config.allOf.length === 0) && config.anyOf === undefined) {
    throw new VerificationConfigError(nothingDemanded);
  }
  return config;
}

function decodeConfig(document: LocatedValue): VerificationConfig {
  // An empty file is a config without fields.
  if (document.value === null) return {};
  const fields = document.fields(['apiVersion', 'allOf', 'anyOf']);
  const allOf = fields.get('allOf')?.items().map(decodeRequirement);
  const anyOf = fields.get('anyOf');
  return { ...(allOf && { allOf }), ...(anyOf && { anyOf: decodeAnyOf(anyOf) }) };
}

function decodeAnyOf(value: LocatedValue): NonNullable<VerificationConfig['anyOf']> {
  const fields = value.fields(['minimumMatches', 'signatures']);
  const minimumMatches = fields.get('minimumMatches');
  const minimum = minimumMatches?.byte() ?? 1;
  if (minimum < 1) {
    throw minimumMatches?.error('invalid value: `0`, expected at least 1');
  }
  return {
    minimumMatches: minimum,
    signatures: required(value, fields, 'signatures').items().map(decodeRequirement),
  };
}

function decodeRequirement(value: LocatedValue): SignatureRequirement {
  const kind = required(value, new Map(value.entries()), 'kind');
  switch (kind.string()) {
    case 'pubKey': {
      const fields = value.fields(['kind', 'owner', 'key', 'annotations']);
      const owner = fields.get('owner')?.string();
      const key = required(value, fields, 'key').string();
      return { kind: 'pubKey', ...(owner !== undefined && { owner }), key, ...annotationsOf(fields) };
    }
    case 'genericIssuer': {
      const fields = value.fields(['kind', 'issuer', 'subject', 'annotations']);
      const issuer = required(value, fields, 'issuer').string();
      const subject = decodeSubject(required(value, fields, 'subject'));
      return { kind: 'genericIssuer', issuer, subject, ...annotationsOf(fields) };
    }
    case 'githubAction': {
      const fields = value.fields(['kind', 'owner', 'repo', 'annotations']);
      const owner = required(value, fields, 'owner').string();
      const repo = fields.get('repo')?.string();
      return { kind: 'githubAction', owner, ...(repo !== undefined && { repo }), ...annotationsOf(fields) };
    }
    default:
      throw kind.error(
        `unknown variant \`${kind.string()}\`, expected one of ${kinds.map((name) => `\`${name}\``).join(', ')}`,
      );
  }
}

function decodeSubject(value: LocatedValue): Subject {
  const fields = value.fields(['equal', 'urlPrefix']);
  const [only, another] = fields.entries();
  if (only === undefined || another !== undefined) {
    throw value.error('expected exactly one of `equal`, `urlPrefix`');
  }
  const [name, text] = only;
  if (name === 'equal') return { equal: text.string() };
  try {
    return subjectWithPrefix(text.string());
  } catch (cause) {
    throw text.error((cause as Error).message);
  }
}

function annotationsOf(fields: Fields): { readonly annotations?: RequiredAnnotations } {
  const annotations = fields.get('annotations');
  if (annotations === undefined) return {};
  // Built from entries: a key named `__proto__` stays a key.
  return {
    annotations: Object.fromEntries(annotations.entries().map(([key, value]) => [key, value.string()])),
  };
}

function required(value: LocatedValue, fields: Fields, name: string): LocatedValue {
  const field = fields.get(name);
  if (field === undefined) throw value.error(`missing field \`${name}\``);
  return field;
}
