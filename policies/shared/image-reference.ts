/** An image reference, completed as container runtimes do it. */
export interface ImageReference {
  /** In lower case, without the port that is meant anyway; `docker.io` where the reference has none. */
  readonly registry: string;
  readonly repository: string;
  /** `latest` where the reference has neither tag nor digest. */
  readonly tag?: string;
  readonly digest?: string;
  /** Whether the reference itself has a tag or a digest. */
  readonly isSpecific: boolean;
}

const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const tagPattern = '[\\w][\\w.-]{0,127}';
/** The grammar of docker/distribution (`reference.go`). */
const grammar = new RegExp(
  `^((?:${label}(?:\\.${label})*(?::[0-9]+)?/)?${component}(?:/${component})*)` +
    `(?::(${tagPattern}))?` +
    '(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$',
);
const tagGrammar = new RegExp(`^${tagPattern}$`);
const digestLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const maximumNameLength = 255;
/** Longer than anything that the grammar admits. */
const maximumLength = 1024;

/** @returns undefined if the text is no reference */
export function parseImageReference(text: string): ImageReference | undefined {
  const found = text.length > maximumLength ? null : grammar.exec(text);
  if (found === null) return undefined;
  const [, name = '', tag, digest] = found;
  if (name.length > maximumNameLength || (digest !== undefined && !isDigest(digest))) return undefined;
  const isSpecific = tag !== undefined || digest !== undefined;
  return {
    ...splitName(name),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    ...(!isSpecific && { tag: 'latest' }),
    isSpecific,
  };
}

/** `registry/repository[:tag][@digest]` */
export function formatImageReference({ registry, repository, tag, digest }: ImageReference): string {
  return (
    `${registry}/${repository}` +
    (tag === undefined ? '' : `:${tag}`) +
    (digest === undefined ? '' : `@${digest}`)
  );
}

export function isTag(text: string): boolean {
  return tagGrammar.test(text);
}

/** Registries by the host that they are on: in lower case, and without the port of HTTPS. */
export function normalizeRegistry(registry: string): string {
  const host = registry.toLowerCase().replace(/:443$/, '');
  return host === 'index.docker.io' ? 'docker.io' : host;
}

function splitName(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  // Else it is the first part of a repository of Docker Hub.
  // Repositories have no upper case, so that what has some is a host.
  const isRegistry = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
  const registry = normalizeRegistry(isRegistry ? first : 'docker.io');
  const path = isRegistry ? name.slice(slash + 1) : name;
  return { registry, repository: registry === 'docker.io' ? inLibrary(path) : path };
}

/** What `nginx` is called on Docker Hub. */
export function inLibrary(repository: string): string {
  return repository.includes('/') ? repository : `library/${repository}`;
}

function isDigest(digest: string): boolean {
  const [algorithm = '', hex = ''] = digest.split(':');
  return digestLengths[algorithm] === hex.length;
}
