import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CertificateAndKey } from '../certificates/authority.ts';
import type { Credentials } from './registry.ts';

export const tokenIssuer = 'test-issuer';
export const tokenService = 'test-registry';

interface TokenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly authorization: string | undefined;
  /** Of a POST. */
  readonly body: string;
}

/** Issues the tokens of a registry. What it does may be changed while it runs. */
export interface TokenServer {
  /** `host:port` */
  readonly host: string;
  readonly realm: string;
  /** All requests so far. */
  readonly requests: readonly TokenRequest[];
  /** Seconds that a token is good for. Default 300. */
  lifetimeSeconds: number;
  /** Answers instead, while it is set. */
  refusal: { readonly status: number; readonly body: string } | undefined;
  stop(): Promise<void>;
}

export interface TokenServerOptions {
  readonly credentials: Credentials;
  /** Accepted as `refresh_token` of an OAuth 2 POST. */
  readonly identityToken: string;
  /** Who has no credentials may pull. */
  readonly anonymousPull: boolean;
  /** Its certificate is the registry's `rootcertbundle`. */
  readonly signer: CertificateAndKey;
  /** Serves HTTPS with it. */
  readonly tls?: CertificateAndKey;
}

interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** Starts a token server as the Docker registry's token authentication describes it, on loopback. */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const requests: TokenRequest[] = [];
  const listener: RequestListener = (request, response) => {
    void (async () => {
      const body = await readText(request);
      const { method = '', url = '', headers } = request;
      requests.push({ method, url, authorization: headers.authorization, body });
      const answer = server.refusal ?? issue(method, url, headers.authorization, body);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    })();
  };
  const issue = (method: string, url: string, authorization: string | undefined, body: string) => {
    const parameters =
      method === 'POST' ? new URLSearchParams(body) : new URL(url, 'http://localhost').searchParams;
    const subject = identify(method, parameters, authorization, options);
    if (subject === undefined) {
      return {
        status: 401,
        body: '{"errors":[{"code":"UNAUTHORIZED","message":"wrong username or password"}]}',
      };
    }
    const access = parameters.getAll('scope').map((scope): Access => {
      const [type = '', name = '', actions = ''] = scope.split(':');
      const granted = actions
        .split(',')
        .filter((action) => subject !== '' || (options.anonymousPull && action === 'pull'));
      return { type, name, actions: granted };
    });
    const token = createToken(subject, access, server.lifetimeSeconds, options.signer);
    const name = method === 'POST' ? 'access_token' : 'token';
    return {
      status: 200,
      body: JSON.stringify({ [name]: token, expires_in: server.lifetimeSeconds }),
    };
  };
  const { tls } = options;
  const listening =
    tls === undefined
      ? createHttpServer(listener)
      : createHttpsServer({ cert: tls.certificate, key: tls.key }, listener);
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const host = `localhost:${(listening.address() as AddressInfo).port}`;
  const server: TokenServer = {
    host,
    realm: `${tls === undefined ? 'http' : 'https'}://${host}/token`,
    requests,
    lifetimeSeconds: 300,
    refusal: undefined,
    stop: () =>
      new Promise((resolve) => {
        listening.close(() => resolve());
        listening.closeAllConnections();
      }),
  };
  return server;
}

/** Who asks: the user's name, nothing for nobody, `undefined` for wrong credentials. */
function identify(
  method: string,
  parameters: URLSearchParams,
  authorization: string | undefined,
  { credentials, identityToken }: TokenServerOptions,
): string | undefined {
  if (method === 'POST') {
    const accepted =
      parameters.get('grant_type') === 'refresh_token' && parameters.get('refresh_token') === identityToken;
    return accepted ? credentials.username : undefined;
  }
  if (authorization === undefined) return '';
  const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  return authorization === `Basic ${pair}` ? credentials.username : undefined;
}

function createToken(
  subject: string,
  access: readonly Access[],
  lifetimeSeconds: number,
  signer: CertificateAndKey,
): string {
  const now = Math.floor(Date.now() / 1000);
  const header = {
    typ: 'JWT',
    alg: 'ES256',
    x5c: [new X509Certificate(signer.certificate).raw.toString('base64')],
  };
  const claims = {
    iss: tokenIssuer,
    sub: subject,
    aud: tokenService,
    exp: now + lifetimeSeconds,
    nbf: now - 10,
    iat: now,
    jti: randomUUID(),
    access,
  };
  const signed = `${encode(header)}.${encode(claims)}`;
  const key = createPrivateKey(signer.key);
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}
