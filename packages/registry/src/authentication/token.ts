import { NotAuthorizedError, RegistryError } from '../errors.ts';
import type { Credential } from '../credentials/credential.ts';
import { readBytes } from '../transport/read-body.ts';
import { quote, redact } from '../transport/redact.ts';
import type { Answer, Transport } from '../transport/transport.ts';
import type { Challenge } from './challenge.ts';

export interface Token {
  /** The value of an `Authorization` header. */
  readonly authorization: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

export interface TokenRequest {
  readonly challenge: Challenge;
  /** The registry that asked for a token, as `sources.yaml` names it. */
  readonly registry: string;
  /** Whether the registry itself is reached without verified TLS. */
  readonly registryIsUnprotected: boolean;
  /** `repository:name:pull` and the like. */
  readonly scope: string;
  readonly credential: Credential | undefined;
  readonly signal: AbortSignal;
}

const maximumBytes = 1024 * 1024;
const defaultLifetimeSeconds = 60;
/** Used up this much before its end, at most half its life. */
const marginMilliseconds = 5_000;
const clientName = 'kubewarden';

/**
 * Gets a token as a registry's Bearer challenge says (distribution, "Token Authentication Specification"): with
 * a password or anonymously by GET, with an identity token by POST ("OAuth2 Token Authentication").
 *
 * @throws NotAuthorizedError when the token service refuses
 * @throws RegistryError when it fails otherwise
 */
export async function requestToken(transport: Transport, request: TokenRequest): Promise<Token> {
  const realm = readRealm(request);
  const parameters = new URLSearchParams();
  const service = request.challenge.parameters.get('service');
  if (service !== undefined) parameters.set('service', service);
  parameters.set('scope', request.scope);
  const { credential } = request;
  const common = {
    sourceKey: realm.host,
    onBehalfOf: request.registry,
    repeatable: true,
    signal: request.signal,
  };
  const consume = (answer: Answer): Promise<Token> => readToken(answer, realm);
  if (credential?.kind === 'identity-token') {
    parameters.set('grant_type', 'refresh_token');
    parameters.set('client_id', clientName);
    parameters.set('refresh_token', credential.token);
    return transport.request(
      {
        ...common,
        method: 'POST',
        url: realm,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(parameters.toString()),
      },
      consume,
    );
  }
  const url = new URL(realm);
  for (const [name, value] of parameters) url.searchParams.append(name, value);
  return transport.request(
    {
      ...common,
      method: 'GET',
      url,
      ...(credential !== undefined && {
        authorization: basicAuthorization(credential.username, credential.password),
      }),
    },
    consume,
  );
}

export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function readRealm({ challenge, registry, registryIsUnprotected }: TokenRequest): URL {
  const realm = URL.parse(challenge.parameters.get('realm') ?? '');
  if (realm === null || (realm.protocol !== 'https:' && realm.protocol !== 'http:')) {
    throw new RegistryError(
      `Authentication failure: ${registry} asks for a token but names no web address where there are any`,
    );
  }
  if (realm.protocol === 'http:' && !registryIsUnprotected) {
    throw new RegistryError(
      `Authentication failure: ${registry} wants credentials to be sent to the unprotected ${redact(realm)}`,
    );
  }
  realm.username = '';
  realm.password = '';
  realm.hash = '';
  return realm;
}

async function readToken(answer: Answer, realm: URL): Promise<Token> {
  const service = `the token service ${redact(realm)}`;
  const bytes = await readBytes(
    answer,
    maximumBytes,
    () => new RegistryError(`Authentication failure: the answer of ${service} is too large`),
  );
  const text = Buffer.from(bytes).toString();
  if (answer.status !== 200) {
    const message = `Authentication failure: ${service} answered with HTTP status ${answer.status}: ${quote(text)}`;
    throw answer.status === 401 || answer.status === 403
      ? new NotAuthorizedError(message)
      : new RegistryError(message);
  }
  return decodeToken(text, service);
}

function decodeToken(text: string, service: string): Token {
  const failure = (reason: string): RegistryError =>
    new RegistryError(`Failed to decode registry token: ${service} ${reason}`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's message would quote the token.
    throw failure('sent no JSON');
  }
  if (typeof document !== 'object' || document === null) throw failure('sent no JSON object');
  const fields = document as Readonly<Record<string, unknown>>;
  const token = fields['token'] || fields['access_token'];
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw failure('sent no token');
  const now = Date.now();
  const lifetime = lifetimeSeconds(fields['expires_in'], token, now) * 1000;
  return {
    authorization: `Bearer ${token}`,
    expires: now + lifetime - Math.min(marginMilliseconds, lifetime / 2),
  };
}

/** What the service says, else what the token says, if it is a JSON Web Token, else a minute. */
function lifetimeSeconds(expiresIn: unknown, token: string, now: number): number {
  if (typeof expiresIn === 'number' && expiresIn > 0) return expiresIn;
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { exp } = claims as { exp?: unknown };
    if (typeof exp === 'number') return Math.max(0, exp - now / 1000);
  } catch {
    // An opaque token.
  }
  return defaultLifetimeSeconds;
}
