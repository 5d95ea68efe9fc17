import type { Credential } from './credential.ts';

/** What a docker `config.json` says about credentials. */
export interface DockerConfig {
  readonly auths: ReadonlyMap<string, DockerAuth>;
  /** Registry to the name of the helper that knows its credentials. */
  readonly credHelpers: ReadonlyMap<string, string>;
  /** Name of the helper that knows all others. */
  readonly credsStore: string | undefined;
}

interface DockerAuth {
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly username?: string;
  readonly password?: string;
}

/** Something in the file cannot be used. Messages never repeat what stands there: it may be a secret. */
export class DockerConfigError extends Error {}

/** @throws DockerConfigError */
export function decodeDockerConfig(text: string): DockerConfig {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new DockerConfigError('it is no JSON');
  }
  const fields = entries(document, 'the document');
  return {
    auths: new Map(
      [...entries(fields.get('auths') ?? {}, 'auths')].map(([registry, auth]) => [
        registry,
        decodeAuth(auth, `auths[${JSON.stringify(registry)}]`),
      ]),
    ),
    credHelpers: new Map(
      [...entries(fields.get('credHelpers') ?? {}, 'credHelpers')].map(([registry, name]) => [
        registry,
        optionalText(name, `credHelpers[${JSON.stringify(registry)}]`) ?? '',
      ]),
    ),
    credsStore: optionalText(fields.get('credsStore'), 'credsStore'),
  };
}

function decodeAuth(value: unknown, where: string): DockerAuth {
  const fields = entries(value ?? {}, where);
  const auth: Record<string, string> = {};
  for (const name of ['auth', 'identitytoken', 'username', 'password']) {
    const field = optionalText(fields.get(name), `${where}.${name}`);
    if (field !== undefined) auth[name] = field;
  }
  return auth;
}

function entries(value: unknown, where: string): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DockerConfigError(`${where} is no JSON object`);
  }
  return new Map(Object.entries(value));
}

/** An empty text counts as none. */
function optionalText(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new DockerConfigError(`${where} is no text`);
  return value;
}

/** Docker Hub under all its names. */
const dockerHubNames = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];
/** The name under which docker keeps what it knows of Docker Hub. */
const dockerHubServer = 'https://index.docker.io/v1/';

/** The names under which helpers may know a registry, the likeliest first. */
export function helperServers(registry: string): readonly string[] {
  return dockerHubNames.includes(registry) ? [dockerHubServer, registry] : [registry];
}

/** The helper to be asked before `auths` is looked at. */
export function helperFor({ credHelpers }: DockerConfig, registry: string): string | undefined {
  const names = dockerHubNames.includes(registry)
    ? [registry, ...dockerHubNames, dockerHubServer]
    : [registry];
  return names.map((name) => credHelpers.get(name)).find((helper) => helper);
}

/**
 * The credentials that stand in the file itself. The key that is exactly the registry counts, whatever stands
 * there; else one that means the same host.
 *
 * @throws DockerConfigError
 */
export function credentialInFile({ auths }: DockerConfig, registry: string): Credential | undefined {
  const host = canonicalHost(registry);
  const key = auths.has(registry) ? registry : [...auths.keys()].find((key) => keyHost(key) === host);
  if (key === undefined) return undefined;
  const { auth, identitytoken, username, password } = auths.get(key)!;
  if (identitytoken !== undefined) return { kind: 'identity-token', token: identitytoken };
  const where = `auths[${JSON.stringify(key)}]`;
  const decoded = auth === undefined ? undefined : decodePair(auth, where);
  if (username === undefined || password === undefined) return decoded;
  if (decoded !== undefined && (decoded.username !== username || decoded.password !== password)) {
    throw new DockerConfigError(`${where} has an auth that is not that of its username and password`);
  }
  return { kind: 'password', username, password };
}

function decodePair(auth: string, where: string): Credential & { readonly kind: 'password' } {
  const pair = Buffer.from(auth, 'base64').toString();
  const colon = pair.indexOf(':');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(auth) || colon < 0) {
    throw new DockerConfigError(`${where}.auth is no user name and password in base64`);
  }
  return { kind: 'password', username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/** Keys with a scheme mean its host, the others are compared whole. */
function keyHost(key: string): string {
  const host = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/]*)/.exec(key)?.[1] ?? key;
  return canonicalHost(host);
}

function canonicalHost(host: string): string {
  return dockerHubNames.includes(host) ? 'index.docker.io' : host;
}
