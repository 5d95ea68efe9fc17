import {
  array,
  boolean,
  check,
  nullish,
  object,
  optional,
  pipe,
  string,
  transform,
  type InferOutput,
} from 'valibot';
import { textMap } from '../shared/maps.ts';

const text = string('must be a string');
const texts = array(text, 'must be a list of strings');

const identity = object({ issuer: text, subject: text });

/** Documentation has always said `urlPrefix`, and the original policy has always read `url_prefix`. */
const prefix = pipe(
  object({ issuer: text, urlPrefix: nullish(text), url_prefix: nullish(text) }),
  check(({ urlPrefix, url_prefix }) => (urlPrefix ?? url_prefix ?? '') !== '', 'urlPrefix is missing'),
  transform(({ issuer, urlPrefix, url_prefix }) => ({ issuer, urlPrefix: (urlPrefix ?? url_prefix)! })),
);

/** The fields that say which kind of signature an entry demands. */
const kinds = ['pubKeys', 'keyless', 'githubActions', 'keylessPrefix', 'certificates'] as const;

const signature = pipe(
  object({
    image: text,
    annotations: nullish(textMap('must map names to texts', 'must be a string')),
    pubKeys: nullish(texts),
    keyless: nullish(array(identity)),
    githubActions: nullish(object({ owner: text, repo: nullish(text) })),
    keylessPrefix: nullish(array(prefix)),
    certificates: nullish(texts),
    certificateChain: nullish(texts),
    requireRekorBundle: nullish(boolean('must be a boolean'), true),
  }),
  check(
    (entry) => kinds.filter((kind) => entry[kind] !== undefined && entry[kind] !== null).length === 1,
    `must have one of ${kinds.join(', ')}`,
  ),
);

export const settingsSchema = pipe(
  object({
    signatures: optional(array(signature, 'must be a list of signatures'), []),
    modifyImagesWithDigest: optional(boolean('must be a boolean'), true),
  }),
  check(({ signatures }) => signatures.length > 0, 'Signatures must not be empty'),
);

/** Which images must be signed, and how. */
export type Signature = InferOutput<typeof signature>;
