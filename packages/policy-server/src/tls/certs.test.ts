import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type CertificateAndKey,
  type CertificateAuthority,
  createAuthority,
} from '../../../../tools/certificates/authority.ts';
import { closeServer, createApiServer, listen } from '../http/listen.ts';
import { createLogger } from '../logging/logger.ts';
import { formatText } from '../logging/text.ts';
import { Certs } from './certs.ts';

let authority: CertificateAuthority;
let clientAuthority: CertificateAuthority;
let otherAuthority: CertificateAuthority;
let first: CertificateAndKey;
let second: CertificateAndKey;
let client: CertificateAndKey;
let otherClient: CertificateAndKey;

const server = (name: string) => ({ commonName: name, dnsNames: [name, 'localhost'] });

beforeAll(async () => {
  authority = await createAuthority({ commonName: 'servers' });
  clientAuthority = await createAuthority({ commonName: 'clients' });
  otherAuthority = await createAuthority({ commonName: 'other clients' });
  first = await authority.issue(server('first'));
  second = await authority.issue(server('second'));
  client = await clientAuthority.issue({ commonName: 'api-server' });
  otherClient = await otherAuthority.issue({ commonName: 'other' });
});

const servers: Server[] = [];
let log: string[] = [];
const logger = createLogger(
  'info',
  (entry) => formatText(entry, false),
  (line) => log.push(line),
);

afterEach(async () => {
  for (const running of servers.splice(0)) await closeServer(running, 0);
  log = [];
});

interface Files {
  readonly folder: string;
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthorities: readonly string[];
}

function write(
  { certificate, key }: CertificateAndKey,
  authorities: readonly CertificateAuthority[] = [],
): Files {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('tls.crt'), certificate);
  writeFileSync(path('tls.key'), key);
  const clientAuthorities = authorities.map((issuer, index) => {
    writeFileSync(path(`ca-${index}.crt`), issuer.certificate);
    return path(`ca-${index}.crt`);
  });
  return { folder, certificate: path('tls.crt'), key: path('tls.key'), clientAuthorities };
}

async function serve(files: Files): Promise<number> {
  const running = createApiServer((_request, response) => response.end('hello'), {
    certs: await Certs.load(files, logger),
    maximumBodyBytes: 1000,
  });
  servers.push(running);
  return (await listen(running, { host: '127.0.0.1', port: 0 })).port;
}

/** The common name of the certificate that the server shows. */
function servedName(port: number, options: object = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      { port, host: '127.0.0.1', rejectUnauthorized: false, ...options },
      () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

function get(port: number, options: object = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: authority.certificate,
        agent: false,
        ...options,
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

const as = ({ certificate, key }: CertificateAndKey) => ({ cert: certificate, key });

describe('Certs.load', () => {
  it('serves a chain, so that clients need to know the root only', async () => {
    const intermediate = await authority.issueAuthority({ commonName: 'intermediate' });
    const leaf = await intermediate.issue(server('leaf'));
    const port = await serve(
      write({ certificate: leaf.certificate + intermediate.certificate, key: leaf.key }),
    );
    expect(await get(port)).toBe('hello');
  });

  it.each([
    [
      'no certificate',
      () => ({ certificate: '', key: first.key }),
      'Expected at least one certificate in certificate file, found 0',
    ],
    [
      'no key',
      () => ({ certificate: first.certificate, key: first.certificate }),
      'Expected exactly one key in key file, found 0',
    ],
    [
      'two keys',
      () => ({ certificate: first.certificate, key: first.key + second.key }),
      'Expected exactly one key in key file, found 2',
    ],
    [
      'a foreign key',
      () => ({ certificate: first.certificate, key: second.key }),
      'the private key does not belong to the certificate',
    ],
    [
      'a damaged certificate',
      () => ({ certificate: first.certificate.replace(/MI/, 'AA'), key: first.key }),
      'certificate 1 of the certificate file cannot be parsed',
    ],
  ])('refuses %s', async (_name, pair, message) => {
    await expect(Certs.load(write(pair()), logger)).rejects.toThrow(message);
  });

  it('refuses a missing file and an empty client CA file', async () => {
    const files = write(first, [clientAuthority]);
    writeFileSync(join(files.folder, 'ca-0.crt'), 'nothing');
    await expect(Certs.load(files, logger)).rejects.toThrow('Cannot build client verifier');
    rmSync(files.key);
    await expect(Certs.load(files, logger)).rejects.toThrow(`cannot read ${files.key}: ENOENT`);
  });
});

describe('client certificates', () => {
  it('are mandatory once an authority is configured', async () => {
    const port = await serve(write(first, [clientAuthority, otherAuthority]));
    expect(await get(port, as(client))).toBe('hello');
    expect(await get(port, as(otherClient))).toBe('hello');
    await expect(get(port)).rejects.toThrow('alert certificate required');
    await expect(get(port, as(first))).rejects.toThrow();
    expect(
      log.filter((line) => /certs: Loaded client CA certificates client_ca_certs_added=[1-9]/.test(line)),
    ).toHaveLength(2);
  });

  it('are not asked for otherwise', async () => {
    expect(await get(await serve(write(first)))).toBe('hello');
  });

  it('cannot be avoided by an old protocol', async () => {
    const port = await serve(write(first));
    await expect(get(port, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })).rejects.toThrow();
  });
});

describe('a change of the files', () => {
  it('is served once certificate and key belong together', async () => {
    const files = write(first);
    const port = await serve(files);
    writeFileSync(files.certificate, second.certificate);
    await expect
      .poll(() => log.join(''))
      .toContain('Failed to reload TLS certificates: the private key does not belong');
    expect(await servedName(port)).toBe('first');
    writeFileSync(files.key, second.key);
    await expect.poll(() => servedName(port), { timeout: 5000 }).toBe('second');
    expect(log.join('')).toContain('Reloading Server TLS certificates');
  });

  it('is noticed although it came between the start and the first connection', async () => {
    const files = write(first);
    const certs = await Certs.load(files, logger);
    writeFileSync(files.certificate, second.certificate);
    writeFileSync(files.key, second.key);
    const running = createApiServer((_request, response) => response.end(), {
      certs,
      maximumBodyBytes: 1000,
    });
    servers.push(running);
    const { port } = await listen(running, { host: '127.0.0.1', port: 0 });
    await expect.poll(() => servedName(port)).toBe('second');
  });

  it('survives one half-written file after the other', async () => {
    const files = write(first);
    const port = await serve(files);
    writeFileSync(files.key, second.key.slice(0, 50));
    await expect.poll(() => log.join('')).toContain('TLS key file has been modified');
    writeFileSync(files.certificate, second.certificate);
    await expect.poll(() => log.join('')).toContain('TLS certificate file has been modified');
    expect(await servedName(port)).toBe('first');
    writeFileSync(files.key, second.key);
    await expect.poll(() => servedName(port), { timeout: 5000 }).toBe('second');
  });

  it('is noticed when Kubernetes swaps the link to the files, again and again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secret-'));
    const path = (name: string): string => join(folder, name);
    const publish = (revision: string, { certificate, key }: CertificateAndKey): void => {
      mkdirSync(path(revision));
      writeFileSync(join(path(revision), 'tls.crt'), certificate);
      writeFileSync(join(path(revision), 'tls.key'), key);
      symlinkSync(revision, path('..data_tmp'));
      renameSync(path('..data_tmp'), path('..data'));
    };
    publish('..revision-1', first);
    symlinkSync('..data/tls.crt', path('tls.crt'));
    symlinkSync('..data/tls.key', path('tls.key'));
    const port = await serve({
      folder,
      certificate: path('tls.crt'),
      key: path('tls.key'),
      clientAuthorities: [],
    });
    for (const [index, pair] of [second, first, second].entries()) {
      publish(`..revision-${index + 2}`, pair);
      rmSync(path(`..revision-${index + 1}`), { recursive: true });
      await expect.poll(() => servedName(port), { timeout: 5000 }).toBe(pair === first ? 'first' : 'second');
    }
    expect(log.join('')).not.toContain('Failed');
  });

  it('of one client CA re-reads all, and leaves the server certificate alone', async () => {
    const files = write(first, [clientAuthority, clientAuthority]);
    const port = await serve(files);
    await expect(get(port, as(otherClient))).rejects.toThrow();
    writeFileSync(join(files.folder, 'ca-1.crt'), otherAuthority.certificate);
    await expect
      .poll(() => get(port, as(otherClient)).catch(() => 'refused'), { timeout: 5000 })
      .toBe('hello');
    expect(await get(port, as(client))).toBe('hello');
    expect(log.join('')).not.toContain('Reloading Server TLS certificates');
  });

  it('never leaves the server without client verification', async () => {
    const files = write(first, [clientAuthority]);
    const port = await serve(files);
    writeFileSync(join(files.folder, 'ca-0.crt'), '');
    await expect
      .poll(() => log.join(''))
      .toContain('Failed to reload TLS certificates: Cannot build client verifier');
    await expect(get(port)).rejects.toThrow('alert certificate required');
    expect(await get(port, as(client))).toBe('hello');
    // A new server certificate is not held up by the broken authority.
    writeFileSync(files.certificate, second.certificate);
    writeFileSync(files.key, second.key);
    await expect.poll(() => servedName(port, as(client)), { timeout: 5000 }).toBe('second');
    await expect(get(port)).rejects.toThrow('alert certificate required');
  });

  it('under load drops no request', async () => {
    const files = write(first);
    const port = await serve(files);
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    let answered = 0;
    const swapping = new AbortController();
    const load = Array.from({ length: 8 }, async (_, lane) => {
      while (!swapping.signal.aborted) {
        expect(await get(port, lane % 2 === 0 ? { agent } : {})).toBe('hello');
        answered += 1;
      }
    });
    for (const pair of [second, first, second]) {
      writeFileSync(files.certificate, pair.certificate);
      writeFileSync(files.key, pair.key);
      await expect.poll(() => servedName(port), { timeout: 5000 }).toBe(pair === first ? 'first' : 'second');
    }
    swapping.abort();
    await Promise.all(load);
    agent.destroy();
    expect(answered).toBeGreaterThan(8);
  });
});
