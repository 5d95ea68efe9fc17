import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fulcioHandler } from '@sigstore/mock/dist/fulcio/index.js';
import { tsaHandler } from '@sigstore/mock/dist/timestamp/index.js';
import type { CertificateSubject } from './certificate-authority.ts';
import { createTestSigstore, type TestSigstore, type TestSigstoreOptions } from './test-sigstore.ts';
import { dsseBody, type DsseEnvelope, type LogEntry } from './transparency-log.ts';

export interface IdentityClaims {
  /** Becomes the subject alternative name, an URI. */
  readonly sub?: string;
  /** Becomes the subject alternative name in place of `sub`. */
  readonly email?: string;
  readonly iss?: string;
  /** GitHub: `owner/repository`. */
  readonly repository?: string;
  readonly [claim: string]: unknown;
}

export interface RunningSigstore extends TestSigstore {
  /** Of Fulcio, Rekor and the time stamp authority alike. */
  readonly url: string;
  /** Method and path of each request, in order. */
  readonly requests: readonly string[];
  /** A token (JWT) that this Fulcio accepts. */
  identityToken(claims?: IdentityClaims): string;
  close(): Promise<void>;
}

interface Answer {
  readonly statusCode: number;
  readonly response: string | ArrayBufferView<ArrayBuffer>;
  readonly contentType?: string;
  readonly etag?: string;
}

/** A test Sigstore that answers over HTTP on loopback as Fulcio, Rekor v1 and a time stamp authority do. */
export async function startTestSigstore(options: TestSigstoreOptions = {}): Promise<RunningSigstore> {
  const sigstore = await createTestSigstore(options);
  const tokenKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const requests: string[] = [];
  const routes = [
    fulcioRoute(sigstore, tokenKeys.publicKey),
    ...rekorRoutes(sigstore),
    timestampRoute(sigstore),
  ];

  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    void respond(routes, request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    ...sigstore,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    identityToken: (claims = {}) => {
      const body = {
        iss: 'https://issuer.example.org',
        aud: 'sigstore',
        sub: 'https://example.org/signer',
        ...(claims.email !== undefined && { email_verified: true }),
        ...claims,
      };
      const unsigned = [{ alg: 'ES256', typ: 'JWT' }, body]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      const signature = sign('sha256', Buffer.from(unsigned), {
        key: tokenKeys.privateKey,
        dsaEncoding: 'ieee-p1363',
      });
      return `${unsigned}.${signature.toString('base64url')}`;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (body: string, path: string, authorization?: string) => Promise<Answer>;
}

async function respond(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const path = request.url ?? '';
  const route = routes.find((route) => route.method === request.method && route.path.test(path));
  const body = Buffer.concat(pieces).toString();
  const answer: Answer = (await route?.answer(body, path, request.headers.authorization)) ?? {
    statusCode: 404,
    response: '',
  };
  response.writeHead(answer.statusCode, {
    'Content-Type': answer.contentType ?? 'text/plain',
    ...(answer.etag !== undefined && { ETag: answer.etag }),
  });
  response.end(answer.response);
}

interface CertificateRequest {
  /** Other clients send the token as `Authorization: Bearer`. */
  readonly credentials?: { readonly oidcIdentityToken: string };
  readonly publicKeyRequest: {
    readonly publicKey: { readonly content: string };
    readonly proofOfPossession: string;
  };
}

function fulcioRoute(sigstore: TestSigstore, tokenKey: ReturnType<typeof createPublicKey>): Route {
  const answerWith = (subjectClaim: 'email' | 'sub') =>
    fulcioHandler(
      {
        rootCertificate: sigstore.authority.chainDer[0] as Buffer<ArrayBuffer>,
        issueCertificate: async ({ publicKey, subjectAltName, extensions = [] }) => {
          const subject: CertificateSubject =
            subjectClaim === 'email' ? { email: subjectAltName } : { uri: subjectAltName };
          const key = createPublicKey({ key: Buffer.from(publicKey as Buffer), format: 'der', type: 'spki' });
          const certificate = await sigstore.authority.certify(key, {
            subject,
            issuer: undefined,
            extensions: extensions.map(({ oid, value, legacy }) => ({
              oid,
              value,
              encoding: legacy === true ? 'raw' : 'utf8',
            })),
          });
          return Buffer.from(certificate.rawData);
        },
      },
      { subjectClaim },
    );
  return {
    method: 'POST',
    path: /^\/api\/v2\/signingCert$/,
    answer: async (body, _, authorization = '') => {
      const request = JSON.parse(body) as CertificateRequest;
      const token = request.credentials?.oidcIdentityToken ?? authorization.replace(/^Bearer /, '');
      const claims = readToken(token, tokenKey);
      if (claims === undefined) return refusal(401, 'There was an error processing the identity token');
      const challenge = claims.email ?? claims.sub ?? '';
      const { publicKey, proofOfPossession } = request.publicKeyRequest;
      const proof = Buffer.from(proofOfPossession, 'base64');
      if (!verify('sha256', Buffer.from(challenge), publicKey.content, proof)) {
        return refusal(400, 'The signature supplied in the request could not be verified');
      }
      const complete = JSON.stringify({ ...request, credentials: { oidcIdentityToken: token } });
      const answer = await answerWith(claims.email === undefined ? 'sub' : 'email').fn(complete);
      // The mock says 201, Fulcio 200, and cosign insists.
      return { ...answer, statusCode: 200 };
    },
  };
}

interface LoggedEntry {
  readonly uuid: string;
  readonly entry: LogEntry;
}

function rekorRoutes(sigstore: TestSigstore): Route[] {
  const entries = new Map<string, LoggedEntry>();
  return [
    {
      method: 'POST',
      path: /^\/api\/v1\/log\/entries$/,
      answer: async (proposal) => {
        const written = await sigstore.logEntryWithId(recordedBody(proposal));
        entries.set(written.uuid, written);
        return found(written, 201);
      },
    },
    {
      method: 'GET',
      path: /^\/api\/v1\/log\/entries\/[0-9a-f]+$/,
      answer: async (_, path) => {
        const entry = entries.get(path.split('/').at(-1)!);
        return entry === undefined ? refusal(404, 'entry not found') : found(entry, 200);
      },
    },
  ];
}

/** What the log records of a proposal: of an envelope only its hashes and signatures. */
function recordedBody(proposal: string): object {
  const body = JSON.parse(proposal) as {
    readonly kind: string;
    readonly spec: {
      readonly proposedContent?: { readonly envelope: string; readonly verifiers: readonly string[] };
    };
  };
  const proposed = body.spec.proposedContent;
  if (proposed === undefined) return body;
  return dsseBody(
    JSON.parse(proposed.envelope) as DsseEnvelope,
    Buffer.from(proposed.verifiers[0]!, 'base64').toString(),
  );
}

function timestampRoute(sigstore: TestSigstore): Route {
  const { path, fn } = tsaHandler(sigstore.timestampAuthority.authority);
  return { method: 'POST', path: new RegExp(`^${path}$`), answer: fn };
}

function readToken(token: string, key: ReturnType<typeof createPublicKey>): IdentityClaims | undefined {
  const [header = '', body = '', signature = ''] = token.split('.');
  const valid = verify(
    'sha256',
    Buffer.from(`${header}.${body}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  return valid ? (JSON.parse(Buffer.from(body, 'base64url').toString()) as IdentityClaims) : undefined;
}

function found({ uuid, entry }: LoggedEntry, statusCode: number): Answer {
  return {
    statusCode,
    response: JSON.stringify({ [uuid]: entry }),
    contentType: 'application/json',
    etag: uuid,
  };
}

function refusal(statusCode: number, message: string): Answer {
  return { statusCode, response: JSON.stringify({ message }), contentType: 'application/json' };
}
