import { CliError } from '../../terminal/cli-error.ts';

/** `type/subtype` of RFC 6838, with parameters. */
const mediaType = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}(?:\s*;.*)?$/i;

type Recognise = (text: string, json: unknown) => string | undefined;

/** What is known by a short name, and how its files are told from others. */
const knownTypes: Readonly<Record<string, Recognise>> = {
  spdx: (text, json) => {
    if (isObject(json))
      return 'spdxVersion' in json || '@context' in json ? 'application/spdx+json' : undefined;
    return /^SPDXVersion:/m.test(text) ? 'text/spdx' : undefined;
  },
  cyclonedx: (text, json) => {
    if (isObject(json)) {
      return json['bomFormat'] === 'CycloneDX' ? 'application/vnd.cyclonedx+json' : undefined;
    }
    return text.includes('http://cyclonedx.org/schema/bom/') ? 'application/vnd.cyclonedx+xml' : undefined;
  },
  'slsa-provenance': (_text, json) => {
    if (!isObject(json)) return undefined;
    if ('payloadType' in json && 'signatures' in json) return 'application/vnd.in-toto.provenance+dsse';
    const predicate = json['predicateType'];
    return typeof predicate === 'string' && predicate.startsWith('https://slsa.dev/provenance/')
      ? 'application/vnd.in-toto.provenance+json'
      : undefined;
  },
};

/**
 * The media type of a file to attach.
 *
 * @param type `spdx`, `cyclonedx` or `slsa-provenance`, of which the file must be one; or a media type
 * @throws CliError if it is neither, or the file is something else
 */
export function attachmentType(type: string, path: string, content: Uint8Array): string {
  const recognise = Object.hasOwn(knownTypes, type) ? knownTypes[type] : undefined;
  if (recognise === undefined) {
    if (mediaType.test(type)) return type;
    throw new CliError(
      `'${type}' is no type of attachments: ${Object.keys(knownTypes).join(', ')} or a media type is expected`,
    );
  }
  const text = Buffer.from(content).toString('utf8');
  const found = recognise(text, parseJson(text));
  if (found === undefined) throw new CliError(`${path} is not what --type ${type} says it is`);
  return found;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
