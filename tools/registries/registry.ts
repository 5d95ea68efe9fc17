/** Real registries for tests: Debian's `docker-registry`, and one of Google's that has the referrers API. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CertificateAndKey, createAuthority, selfSigned } from '../certificates/authority.ts';
import { findProgram, runProgram } from '../programs/program.ts';
import { startTokenServer, tokenIssuer, type TokenServer, tokenService } from './token-server.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface RegistryOptions {
  /** HTTPS with a certificate of an authority of its own. Default: plain HTTP. */
  readonly tls?: boolean;
  /** Default `none`. */
  readonly auth?: 'none' | 'htpasswd' | 'token';
  /** With `token`: who has no credentials may pull. Default: no. */
  readonly anonymousPull?: boolean;
  /** `Location` headers without scheme and host. Default: no. */
  readonly relativeLocations?: boolean;
}

export interface TestRegistry {
  /** `localhost:port`, as image references name it. */
  readonly host: string;
  /** `http(s)://localhost:port` */
  readonly url: string;
  /** The authority (PEM) that has signed its certificate and that of its token server; empty without TLS. */
  readonly authority: string;
  /** What it accepts; with `auth: 'none'` it does not ask for it. */
  readonly credentials: Credentials;
  /** With `auth: 'token'`: accepted as OAuth 2 refresh token. */
  readonly identityToken: string;
  /** With `auth: 'token'`. */
  readonly tokenServer: TokenServer | undefined;
  /** Where it keeps its data: `docker/registry/v2/{blobs,repositories}/…`. */
  readonly dataFolder: string;
  /** What it logged so far. */
  log(): string;
  stop(): Promise<void>;
}

const credentials: Credentials = { username: 'user', password: 'pa:ss word' };
const identityToken = 'test-identity-token';

/** Starts Debian's `docker-registry`, which has no referrers API, on loopback at a free port. */
export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'kubewarden-registry-'));
  const dataFolder = join(folder, 'data');
  const { auth = 'none' } = options;
  const identity = options.tls ? await issueServerCertificate(folder) : undefined;
  const tokenServer =
    auth === 'token' ? await startTokens(folder, options.anonymousPull ?? false, identity) : undefined;
  if (auth === 'htpasswd') await writeHtpasswd(join(folder, 'htpasswd'));

  const configuration = {
    version: 0.1,
    log: { accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: dataFolder }, delete: { enabled: true } },
    http: {
      addr: '127.0.0.1:0',
      secret: 'test',
      ...(options.relativeLocations && { relativeurls: true }),
      ...(identity && {
        tls: { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') },
      }),
    },
    ...(auth === 'htpasswd' && {
      auth: { htpasswd: { realm: 'test-realm', path: join(folder, 'htpasswd') } },
    }),
    ...(tokenServer && {
      auth: {
        token: {
          realm: tokenServer.realm,
          service: tokenService,
          issuer: tokenIssuer,
          rootcertbundle: join(folder, 'token.pem'),
        },
      },
    }),
  };
  const configurationFile = join(folder, 'config.yml');
  // JSON is YAML.
  await writeFile(configurationFile, JSON.stringify(configuration));
  const program = await runProgram(
    'docker-registry',
    ['serve', configurationFile],
    /listening on 127\.0\.0\.1:(\d+)/,
  );
  const host = `localhost:${program.ready[1]}`;
  return {
    host,
    url: `${identity ? 'https' : 'http'}://${host}`,
    authority: identity?.authority ?? '',
    credentials,
    identityToken,
    tokenServer,
    dataFolder,
    log: () => program.output(),
    stop: async () => {
      await program.stop();
      await tokenServer?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface ReferrersRegistry {
  /** `localhost:port`, plain HTTP, no authentication, everything in memory. */
  readonly host: string;
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a registry that implements the referrers API. It lists what refers to a manifest, but sends no
 * `OCI-Subject` when that is pushed.
 */
export async function startReferrersRegistry(): Promise<ReferrersRegistry> {
  const program = await runProgram('referrers-registry', [], /serving on port (\d+)/);
  const host = `localhost:${program.ready[1]}`;
  return { host, url: `http://${host}`, stop: () => program.stop() };
}

async function issueServerCertificate(
  folder: string,
): Promise<CertificateAndKey & { readonly authority: string }> {
  const authority = await createAuthority({ commonName: 'Test registry authority' });
  const server = await authority.issue({
    commonName: 'localhost',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  });
  await writeFile(join(folder, 'server.pem'), server.certificate);
  await writeFile(join(folder, 'server.key'), server.key);
  return { ...server, authority: authority.certificate };
}

async function startTokens(
  folder: string,
  anonymousPull: boolean,
  tls: CertificateAndKey | undefined,
): Promise<TokenServer> {
  const signer = await selfSigned({ commonName: 'Test token issuer' });
  await writeFile(join(folder, 'token.pem'), signer.certificate);
  return startTokenServer({ credentials, identityToken, anonymousPull, signer, ...(tls && { tls }) });
}

async function writeHtpasswd(path: string): Promise<void> {
  const { username, password } = credentials;
  const { stdout } = await promisify(execFile)(findProgram('htpasswd'), ['-Bbn', username, password]);
  await writeFile(path, stdout);
}
