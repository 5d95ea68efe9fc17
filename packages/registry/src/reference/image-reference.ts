import { InvalidReferenceError } from '../errors.ts';

/** An image reference, completed: never without tag and digest both. */
export interface ImageReference {
  /** `host[:port]` as written, `docker.io` for short names: the key of credentials. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:…`, `sha384:…` or `sha512:…`; requests use it rather than the tag. */
  readonly digest?: string;
}

const domainLabel = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const pathComponent = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
/** The grammar of docker/distribution, which the original's parser follows. */
const grammar = new RegExp(
  `^((?:${domainLabel}(?:\\.${domainLabel})*(?::[0-9]+)?/)?${pathComponent}(?:/${pathComponent})*)` +
    '(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$',
);
const digestLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const maximumRepositoryLength = 255;

/**
 * Reads an image reference: `busybox` is `docker.io/library/busybox:latest`.
 *
 * @throws InvalidReferenceError
 */
export function parseImageReference(text: string): ImageReference {
  if (text === '') throw new InvalidReferenceError('repository name must have at least one component');
  const found = grammar.exec(text);
  if (found === null) throw new InvalidReferenceError('invalid reference format');
  const [, name = '', tag, digest] = found;
  const { registry, repository } = splitDomain(name);
  if (repository.length > maximumRepositoryLength) {
    throw new InvalidReferenceError(
      `repository name must not be more than ${maximumRepositoryLength} characters`,
    );
  }
  if (digest !== undefined) checkDigest(digest);
  return {
    registry,
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    ...(tag === undefined && digest === undefined && { tag: 'latest' }),
  };
}

/** `registry/repository[:tag][@digest]`. */
export function formatImageReference({ registry, repository, tag, digest }: ImageReference): string {
  return (
    `${registry}/${repository}` +
    (tag === undefined ? '' : `:${tag}`) +
    (digest === undefined ? '' : `@${digest}`)
  );
}

/** The image with this digest in the same repository, whatever its tag says. */
export function imageByDigest({ registry, repository }: ImageReference, digest: string): ImageReference {
  return { registry, repository, digest };
}

function splitDomain(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isDomain = first === 'localhost' || /[.:]/.test(first);
  const domain = isDomain ? first : 'docker.io';
  const rest = isDomain ? name.slice(slash + 1) : name;
  const registry = domain === 'index.docker.io' ? 'docker.io' : domain;
  const repository = registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest;
  return { registry, repository };
}

function checkDigest(digest: string): void {
  const [algorithm = '', hex = ''] = digest.split(':');
  const length = digestLengths[algorithm];
  if (length === undefined) throw new InvalidReferenceError('unsupported digest algorithm');
  if (hex.length !== length) throw new InvalidReferenceError('invalid checksum digest length');
}
