import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CertificateAndKey, selfSigned } from '../../../tools/certificates/authority.ts';
import { type FetchedPolicy, fetchPolicy, type FetchPolicyOptions } from './fetch-policy.ts';
import { createRegistryClient, type RegistryClientOptions } from './oci/client.ts';
import { parsePolicyLocation } from './reference/location.ts';
import { noSources } from './sources.ts';

const wasm = Buffer.from('0061736d01000000', 'hex');
const folder = mkdtempSync(join(tmpdir(), 'fetch-'));
const servers: Server[] = [];
let identity: CertificateAndKey;
let requests: string[] = [];

beforeAll(async () => {
  identity = await selfSigned();
});

afterEach(async () => {
  requests = [];
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function serve(listener: RequestListener, secure = false): Promise<string> {
  const handle: RequestListener = (request, response) => {
    requests.push(`${request.headers.host?.split(':')[0]} ${request.url}`);
    listener(request, response);
  };
  const server = secure
    ? createHttpsServer({ key: identity.key, cert: identity.certificate }, handle)
    : createHttpServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `localhost:${(server.address() as AddressInfo).port}`;
}

const answer: RequestListener = (_request, response) => response.end(wasm);

const trusting = (key: string) => ({
  ...noSources,
  sourceAuthorities: new Map([[key, [identity.certificate]]]),
});

async function fetch(
  uri: string,
  {
    destination = { kind: 'store', root: mkdtempSync(join(folder, 'store-')) },
    limits,
    ...options
  }: RegistryClientOptions & Partial<Pick<FetchPolicyOptions, 'destination'>> = {},
): Promise<FetchedPolicy> {
  const client = createRegistryClient({
    proxies: {},
    ...options,
    limits: { retryMilliseconds: 1, ...limits },
  });
  try {
    return await fetchPolicy(parsePolicyLocation(uri), { client, destination });
  } finally {
    await client.close();
  }
}

describe('fetchPolicy', () => {
  it('uses a file where it is', async () => {
    expect(await fetch('file:///some/policy.wasm')).toEqual({
      uri: 'file:///some/policy.wasm',
      path: '/some/policy.wasm',
      origin: 'present',
    });
  });

  it('downloads once, then uses the store', async () => {
    const host = await serve(answer);
    const destination = { kind: 'store', root: join(folder, 'store') } as const;
    const first = await fetch(`http://${host}/a/policy.wasm`, { destination });
    expect(first.path).toBe(join(folder, 'store/http', host, 'a/policy.wasm'));
    expect(readFileSync(first.path)).toEqual(wasm);
    expect(first.origin).toBe('downloaded');
    const second = await fetch(`http://${host}/a/policy.wasm`, { destination });
    expect(second).toEqual({ ...first, origin: 'present' });
    expect(requests).toHaveLength(1);
    expect(readdirSync(join(folder, 'store/http', host, 'a'))).toEqual(['policy.wasm']);
  });

  it('writes into a given folder or file', async () => {
    const host = await serve(answer);
    const local = mkdtempSync(join(folder, 'local-'));
    const inFolder = await fetch(`http://${host}/policy.wasm`, {
      destination: { kind: 'local', path: local },
    });
    expect(inFolder.path).toBe(join(local, 'policy.wasm'));
    const asFile = await fetch(`http://${host}/policy.wasm`, {
      destination: { kind: 'local', path: join(local, 'mine.wasm') },
    });
    expect(asFile.path).toBe(join(local, 'mine.wasm'));
    // Unlike in a store, what is there is not what was asked for.
    writeFileSync(asFile.path, 'mine');
    await fetch(`http://${host}/policy.wasm`, { destination: { kind: 'local', path: asFile.path } });
    expect(readFileSync(asFile.path)).toEqual(wasm);
  });

  it('refuses what is no module and leaves the store as it was', async () => {
    const host = await serve((_request, response) => response.end('<html>'));
    const root = mkdtempSync(join(folder, 'store-'));
    await expect(fetch(`http://${host}/p.wasm`, { destination: { kind: 'store', root } })).rejects.toThrow(
      'invalid wasm file',
    );
    expect(readdirSync(root)).toEqual([]);
  });

  it('repeats after a server error and a truncated answer, not after a 404', async () => {
    const answers: RequestListener[] = [
      (_request, response) => response.writeHead(503, { 'retry-after': '0' }).end(),
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write(wasm);
        setImmediate(() => response.destroy());
      },
      answer,
    ];
    const flaky = await serve((request, response) => answers.shift()?.(request, response));
    await fetch(`http://${flaky}/p.wasm`);
    expect(requests).toHaveLength(3);

    const missing = await serve((_request, response) => response.writeHead(404).end());
    await expect(fetch(`http://${missing}/p.wasm`)).rejects.toThrow('answered with HTTP status 404');
    expect(requests).toHaveLength(4);
  });

  it('bounds the size, declared or not, and the time', async () => {
    const declared = await serve(answer);
    const limits = { maximumBytes: 4, retryMilliseconds: 1 };
    await expect(fetch(`http://${declared}/p.wasm`, { limits })).rejects.toThrow('larger than 4 bytes');
    const chunked = await serve((_request, response) => {
      response.write(wasm.subarray(0, 3));
      response.end(wasm.subarray(3));
    });
    await expect(fetch(`http://${chunked}/p.wasm`, { limits })).rejects.toThrow('larger than 4 bytes');
    const silent = await serve((_request, response) => response.write(wasm));
    await expect(fetch(`http://${silent}/p.wasm`, { limits: { totalMilliseconds: 100 } })).rejects.toThrow(
      'no complete answer within 100 ms',
    );
  });

  it('trusts an authority for its own host only', async () => {
    const host = await serve(answer, true);
    await fetch(`https://${host}/p.wasm`, { sources: trusting(host) });
    await expect(fetch(`https://${host}/p.wasm`, { sources: trusting('other.example.org') })).rejects.toThrow(
      'self-signed certificate',
    );
  });

  it('weakens the protection only for insecure sources, and never because of an answer', async () => {
    const secure = await serve(answer, true);
    const plain = await serve(answer);
    await expect(fetch(`https://${plain}/p.wasm`)).rejects.toThrow('cannot reach');
    for (const host of [secure, plain]) {
      await fetch(`https://${host}/p.wasm`, { sources: { ...noSources, insecureSources: new Set([host]) } });
    }

    requests = [];
    const refusing = await serve((_request, response) => response.writeHead(401).end(), true);
    await expect(
      fetch(`https://user:secret@${refusing}/p.wasm`, {
        sources: { ...noSources, insecureSources: new Set([refusing]) },
      }),
    ).rejects.toThrow(`https://${refusing}/p.wasm answered with HTTP status 401`);
    expect(requests).toHaveLength(1);
  });

  it('follows redirects, but not from https to http', async () => {
    const plain = await serve(answer);
    const redirecting = await serve((_request, response) =>
      response.writeHead(302, { location: `http://${plain}/real.wasm` }).end(),
    );
    await fetch(`http://${redirecting}/p.wasm`);
    expect(requests).toEqual(['localhost /p.wasm', 'localhost /real.wasm']);

    const secure = await serve(
      (_request, response) => response.writeHead(302, { location: `http://${plain}/p.wasm` }).end(),
      true,
    );
    await expect(
      fetch(`https://${secure}/p.wasm`, {
        sources: { ...noSources, sourceAuthorities: new Map([[secure, [identity.certificate]]]) },
      }),
    ).rejects.toThrow('redirects to the unprotected');
  });

  it('asks a proxy in absolute form, the one of sources.yaml before that of the environment', async () => {
    const proxy = await serve(answer);
    await fetch('http://policies.example.org/p.wasm', {
      sources: { ...noSources, proxies: { http: `http://${proxy}` } },
      proxies: { http: 'http://127.0.0.1:1' },
    });
    expect(requests).toEqual(['policies.example.org http://policies.example.org/p.wasm']);
  });

  it('tunnels TLS through a proxy, and verifies what is behind it', async () => {
    const host = await serve(answer, true);
    const tunnels: string[] = [];
    const proxy = createHttpServer().on('connect', (request, client, head) => {
      tunnels.push(request.url ?? '');
      const target = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        target.write(head);
        target.pipe(client).pipe(target);
      });
      target.on('error', () => client.destroy());
      client.on('error', () => target.destroy());
    });
    servers.push(proxy);
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const proxies = { https: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    await fetch(`https://${host}/p.wasm`, { sources: trusting(host), proxies });
    await expect(fetch(`https://${host}/p.wasm`, { proxies })).rejects.toThrow('self-signed certificate');
    expect(tunnels).toEqual([host, host]);
  });

  it('uses a module that was put into the store for a registry', async () => {
    const root = mkdtempSync(join(folder, 'store-'));
    const destination = { kind: 'store', root } as const;
    const path = join(root, 'registry/ghcr.io/p:v1');
    mkdirSync(join(root, 'registry/ghcr.io'), { recursive: true });
    writeFileSync(path, wasm);
    expect(await fetch('ghcr.io/p:v1', { destination })).toEqual({
      uri: 'registry://ghcr.io/p:v1',
      path,
      origin: 'present',
    });
  });
});
