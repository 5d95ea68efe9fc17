import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../../../tools/registries/fault-proxy.ts';
import { startRegistry, type TestRegistry } from '../../../../tools/registries/registry.ts';
import { noSources } from '../sources.ts';
import {
  collect,
  content,
  describeBytes,
  indexOf,
  insecure,
  manifestOf,
  passwordOf,
  pushImage,
  trusting,
} from '../testing/registries.ts';
import { createRegistryClient, type RegistryClientOptions } from './client.ts';
import type { RegistryClient } from './registry-client.ts';

type Fault = NonNullable<ReturnType<Parameters<FaultProxy['inject']>[0]>>;

const clients: RegistryClient[] = [];
const limits = { retryMilliseconds: 1, idleMilliseconds: 300 };

function connect(options: RegistryClientOptions): RegistryClient {
  const client = createRegistryClient({ proxies: {}, limits, ...options });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

/** Lets a fault happen to the requests of a kind, so many times. */
function inject(proxy: FaultProxy, method: string, part: string, fault: Fault, times = Infinity): void {
  let left = times;
  proxy.inject((request) => {
    if (request.method !== method || !request.url.includes(part) || left === 0) return undefined;
    left -= 1;
    return fault;
  });
}

function count(proxy: FaultProxy, method: string, part: string): number {
  return proxy.requests.filter((request) => request.method === method && request.url.includes(part)).length;
}

function tags(...names: string[]): string {
  return JSON.stringify({ name: 'team/policy', tags: names });
}

function linked(query: string): { readonly link: string } {
  return { link: `</v2/team/policy/tags/list?${query}>; rel="next"` };
}

describe('when something is wrong with a registry', () => {
  const layer = randomBytes(200_000);
  const blob = describeBytes(layer);
  let registry: TestRegistry;
  let proxy: FaultProxy;
  let image: { registry: string; repository: string; tag: string };
  let client: RegistryClient;

  beforeAll(async () => {
    registry = await startRegistry();
    proxy = await startFaultProxy(registry);
    image = { registry: proxy.host, repository: 'team/policy', tag: 'v1' };
    const pushing = createRegistryClient({ sources: insecure(proxy.host), proxies: {} });
    await pushImage(pushing, image, layer);
    await pushing.close();
  });
  afterAll(async () => {
    await proxy.stop();
    await registry.stop();
  });
  afterEach(() => proxy.reset());

  const start = (): RegistryClient => {
    client = connect({ sources: insecure(proxy.host) });
    return client;
  };

  it.each<[string, Fault, number, string, string]>([
    [
      'a truncated manifest',
      { kind: 'truncate', afterBytes: 10 },
      3,
      'RegistryUnreachableError',
      'is incomplete',
    ],
    [
      'a manifest that stops',
      { kind: 'stall', afterBytes: 10 },
      3,
      'RegistryUnreachableError',
      'is incomplete',
    ],
    [
      'other bytes',
      { kind: 'corrupt' },
      1,
      'DigestMismatchError',
      'Digest error: Invalid digest. Expected sha256:',
    ],
    ['a reset', { kind: 'reset' }, 3, 'RegistryUnreachableError', 'cannot reach http://'],
    [
      'an error of the server',
      { kind: 'answer', status: 500, body: 'oh no' },
      3,
      'RegistryError',
      'Server error: url http://HOST/v2/team/policy/manifests/v1, code: 500, message: oh no',
    ],
    [
      'too many requests',
      { kind: 'answer', status: 429, body: '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}' },
      3,
      'RegistryError',
      'envelope: OCI API errors: [OCI API error: slow down]',
    ],
    [
      'a long ban',
      { kind: 'answer', status: 429, headers: { 'retry-after': '3600' } },
      1,
      'RegistryError',
      'code: 429, message:  (to be tried again after 3600 s)',
    ],
    [
      'an endless 401',
      { kind: 'answer', status: 401 },
      1,
      'NotAuthorizedError',
      'Not authorized: url http://HOST/',
    ],
    [
      'a refusal',
      { kind: 'answer', status: 403, body: '{"errors":[{"code":"DENIED"}]}' },
      1,
      'NotAuthorizedError',
      'OCI API error: DENIED',
    ],
    [
      'a redirect to itself',
      { kind: 'answer', status: 307, headers: { location: '/v2/team/policy/manifests/v1' } },
      11,
      'RegistryError',
      'redirects more than 10 times',
    ],
    [
      'a redirect to a file',
      { kind: 'answer', status: 302, headers: { location: 'file:///etc/passwd' } },
      1,
      'RegistryError',
      'redirects to something that is no web address',
    ],
    [
      'another digest in the header',
      { kind: 'headers', headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } },
      1,
      'DigestMismatchError',
      `Expected sha256:${'0'.repeat(64)}`,
    ],
    [
      'a page of a portal',
      { kind: 'answer', status: 200, body: '<html>' },
      1,
      'UnsupportedManifestError',
      'no JSON',
    ],
    [
      'an old manifest',
      { kind: 'answer', status: 200, body: '{"schemaVersion":1}' },
      1,
      'UnsupportedManifestError',
      'Unsupported schema version: 1',
    ],
    [
      'a huge manifest',
      { kind: 'answer', status: 200, body: ' '.repeat(4 * 1024 * 1024 + 1) },
      1,
      'UnsupportedManifestError',
      'is larger than 4194304 bytes',
    ],
  ])('%s is an error that says so', async (_, fault, requests, name, message) => {
    inject(proxy, 'GET', '/manifests/', fault);
    await expect(start().fetchManifest(image)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message.replace('HOST', proxy.host)) as string,
    });
    expect(count(proxy, 'GET', '/manifests/')).toBe(requests);
  });

  it.each<[string, Fault]>([
    ['a truncated answer', { kind: 'truncate', afterBytes: 10 }],
    ['a reset', { kind: 'reset' }],
    ['a lost answer', { kind: 'lose-answer' }],
    ['a server error', { kind: 'answer', status: 502 }],
    ['too many requests', { kind: 'answer', status: 429, headers: { 'retry-after': '0' } }],
  ])('%s is made up for by asking again', async (_, fault) => {
    inject(proxy, 'GET', '/', fault, 2);
    expect((await start().fetchManifest(image)).kind).toBe('image');
  });

  it('goes on with a blob where the connection broke', async () => {
    let offset = 0;
    proxy.inject(({ method, url, headers }) => {
      if (method !== 'GET' || !url.includes('/blobs/') || offset === 3) return undefined;
      offset += 1;
      expect(headers.range).toBe(offset === 1 ? undefined : 'bytes=70000-');
      return { kind: 'truncate', afterBytes: offset === 1 ? 70_000 : 0 };
    });
    const progress: number[] = [];
    const onProgress = ({ transferred }: { transferred: number }) => void progress.push(transferred);
    await expect(collect(start().streamBlob(image, blob))).rejects.toThrow('is incomplete');
    offset = 2;
    proxy.inject(({ url }) => {
      if (!url.includes('/blobs/') || offset === 0) return undefined;
      offset -= 1;
      return { kind: 'truncate', afterBytes: 70_000 };
    });
    expect(layer.equals(await collect(client.streamBlob(image, blob, { onProgress })))).toBe(true);
    expect(progress.at(-1)).toBe(layer.byteLength);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  it('goes on with a blob in a registry that serves no ranges, unless the start has changed', async () => {
    const served = { kind: 'answer', status: 200, body: layer } as const;
    let attempt = 0;
    proxy.inject(({ url }) => {
      if (!url.includes('/blobs/')) return undefined;
      attempt += 1;
      return attempt === 1 ? { kind: 'truncate', afterBytes: 70_000 } : served;
    });
    expect(layer.equals(await collect(start().streamBlob(image, blob)))).toBe(true);

    attempt = 0;
    const other = Buffer.from(layer);
    other[0] = other[0]! ^ 1;
    proxy.inject(({ url }) => {
      if (!url.includes('/blobs/')) return undefined;
      attempt += 1;
      return attempt === 1 ? { kind: 'truncate', afterBytes: 70_000 } : { ...served, body: other };
    });
    await expect(collect(client.streamBlob(image, blob))).rejects.toThrow('has changed while it was read');
  });

  it.each<[string, Fault, string]>([
    ['with a wrong byte', { kind: 'corrupt' }, 'Digest error: Invalid digest. Expected sha256:'],
    [
      'that is shorter',
      { kind: 'answer', status: 200, headers: { 'content-length': '1' }, body: 'x' },
      'has 1 bytes instead of 200000',
    ],
    [
      'that is longer',
      {
        kind: 'answer',
        status: 200,
        headers: { 'transfer-encoding': 'chunked' },
        body: Buffer.alloc(300_000),
      },
      'has more than 200000 bytes instead of 200000',
    ],
    [
      'that is shorter, without a length in advance',
      { kind: 'answer', status: 200, headers: { 'transfer-encoding': 'chunked' }, body: layer.subarray(1) },
      'is incomplete: 199999 of 200000 bytes',
    ],
    ['that the registry does not have', { kind: 'answer', status: 404 }, 'code: 404'],
    ['that stops coming', { kind: 'stall', afterBytes: 100 }, 'is incomplete'],
  ])('refuses a blob %s', async (_, fault, message) => {
    inject(proxy, 'GET', '/blobs/', fault);
    await expect(collect(start().streamBlob(image, blob))).rejects.toThrow(message);
    expect(count(proxy, 'GET', '/blobs/')).toBeLessThanOrEqual(3);
  });

  it('refuses other bytes of a blob than those that it asked for', async () => {
    const range = { start: 10, end: 20 };
    for (const [header, body] of [
      ['bytes 0-9/200000', '0123456789'],
      ['bytes 10-19/200000', '01234'],
      ['bytes 10-19/200000', '0123456789a'],
      ['', '0123456789'],
    ] as const) {
      const headers = { 'content-range': header };
      inject(proxy, 'GET', '/blobs/', { kind: 'answer', status: 206, headers, body });
      await expect(start().fetchBlobRange(image, blob, range)).rejects.toThrow('another range');
    }
    inject(proxy, 'GET', '/blobs/', { kind: 'answer', status: 200, body: 'all of it' });
    expect(await client.fetchBlobRange(image, blob, range)).toBeUndefined();
  });

  it('ends what takes too long in all, and what the caller does not want any more', async () => {
    inject(proxy, 'GET', '/blobs/', { kind: 'drip', bytes: 100, everyMilliseconds: 20 });
    const sources = insecure(proxy.host);
    const hurried = connect({ sources, limits: { ...limits, totalMilliseconds: 400 } });
    await expect(collect(hurried.streamBlob(image, blob))).rejects.toMatchObject({
      name: 'RegistryUnreachableError',
      message: `no complete answer within 400 ms from ${proxy.host}/team/policy:v1`,
    });
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('not wanted'));
    const { signal } = controller;
    await expect(collect(start().streamBlob(image, blob, { signal, onProgress }))).rejects.toThrow(
      'not wanted',
    );
    await expect(client.fetchManifest(image, { signal })).rejects.toThrow('not wanted');
  });

  it('is of no use any more once it is closed', async () => {
    await start().fetchManifest(image);
    await client.close();
    await expect(client.fetchManifest(image)).rejects.toThrow('the registry client is closed');
  });

  it('asks with GET where HEAD is not answered, and computes the digest where there is none', async () => {
    const { digest } = await start().fetchManifest(image);
    inject(proxy, 'HEAD', '/manifests/', { kind: 'answer', status: 405 });
    expect(await client.resolveDigest(image)).toBe(digest);
    proxy.inject(() => ({ kind: 'headers', headers: { 'docker-content-digest': undefined } }));
    expect(await client.resolveDigest(image)).toBe(digest);
  });

  /** Uploads whose bytes the registry keeps. It leaves empty folders of those that it has given up. */
  const uploads = (repository: string): string[] => {
    const folder = join(registry.dataFolder, 'docker/registry/v2/repositories', repository, '_uploads');
    return readdirSync(folder).filter((upload) => existsSync(join(folder, upload, 'data')));
  };

  it.each<[string, string, Fault, number, string]>([
    ['whole, PUT breaks', 'PUT', { kind: 'reset' }, 100_000, 'cannot reach http://'],
    ['whole, PUT fails', 'PUT', { kind: 'answer', status: 503 }, 100_000, 'code: 503'],
    ['whole, PUT is refused', 'PUT', { kind: 'answer', status: 400, body: 'no' }, 100_000, 'message: no'],
    [
      'whole, no location',
      'POST',
      { kind: 'headers', headers: { location: undefined } },
      100_000,
      'Registry did not return a location header',
    ],
    ['in chunks, PATCH breaks', 'PATCH', { kind: 'reset' }, 5_000_000, 'cannot reach http://'],
    ['in chunks, PATCH fails', 'PATCH', { kind: 'answer', status: 500 }, 5_000_000, 'code: 500'],
    [
      'in chunks, a part is missing',
      'PATCH',
      { kind: 'headers', headers: { range: '0-5' } },
      5_000_000,
      'has received 6 bytes of',
    ],
    [
      'in chunks, another blob',
      'PUT',
      { kind: 'headers', headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } },
      5_000_000,
      'Digest error',
    ],
  ])('gives up an upload (%s) and leaves nothing behind', async (label, method, fault, size, message) => {
    const repository = `upload/${label.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
    const target = { ...image, repository };
    inject(proxy, method, '/blobs/uploads/', fault);
    await expect(start().pushBlob(target, content(randomBytes(size)))).rejects.toThrow(message);
    expect(count(proxy, 'POST', '/blobs/uploads/')).toBeLessThanOrEqual(3);
    if (method !== 'POST') expect(uploads(repository)).toEqual([]);
  });

  it.each<[string, string, Fault, number]>([
    ['a broken PUT', 'PUT', { kind: 'reset' }, 100_000],
    ['a lost answer to a PUT', 'PUT', { kind: 'lose-answer' }, 100_000],
    ['a broken PATCH', 'PATCH', { kind: 'reset' }, 9_000_000],
    ['a failed POST', 'POST', { kind: 'answer', status: 500 }, 100_000],
    ['a status that is not the right one', 'PATCH', { kind: 'answer', status: 200 }, 9_000_000],
    ['a registry that takes no chunks', 'PATCH', { kind: 'answer', status: 405 }, 9_000_000],
  ])('makes up for %s', async (_, method, fault, size) => {
    inject(proxy, method, '/blobs/uploads/', fault, 1);
    const bytes = randomBytes(size);
    const repository = 'upload/again';
    expect(await start().pushBlob({ ...image, repository }, content(bytes))).toBe('pushed');
    proxy.reset();
    const blob = describeBytes(bytes);
    expect(bytes.equals(await client.fetchBlob({ ...image, repository }, blob, { maximumBytes: size }))).toBe(
      true,
    );
    expect(uploads(repository)).toEqual([]);
  });

  it('sends larger chunks where the registry wants them, within bounds', async () => {
    inject(proxy, 'POST', '/blobs/uploads/', {
      kind: 'headers',
      headers: { 'oci-chunk-min-length': '6000000' },
    });
    await start().pushBlob(image, content(randomBytes(9_000_000)));
    const sizes = proxy.requests
      .filter(({ method }) => method === 'PATCH')
      .map((request) => request.headers['content-length']);
    expect(sizes).toEqual(['6000000', '3000000']);
    proxy.reset();
    inject(proxy, 'POST', '/blobs/uploads/', {
      kind: 'headers',
      headers: { 'oci-chunk-min-length': '1000000000000' },
    });
    await client.pushBlob(image, content(randomBytes(9_000_000)));
    expect(count(proxy, 'PATCH', '/')).toBe(0);
  });

  it('reads all pages of a list, and no endless one', async () => {
    proxy.inject(({ url }) => {
      if (!url.includes('/tags/list')) return undefined;
      const last = url.includes('last=b');
      return {
        kind: 'answer',
        status: 200,
        headers: last ? {} : linked('last=b'),
        body: last ? tags('c') : tags('a', 'b'),
      };
    });
    expect(await start().listTags(image)).toEqual(['a', 'b', 'c']);

    inject(proxy, 'GET', '/tags/list', {
      kind: 'answer',
      status: 200,
      headers: linked('last=x'),
      body: tags('a'),
    });
    await expect(client.listTags(image)).rejects.toThrow('does not end within 100 pages');
    let page = 0;
    proxy.reset();
    proxy.inject(({ url }) => {
      if (!url.includes('/tags/list')) return undefined;
      page += 1;
      return { kind: 'answer', status: 200, headers: linked(`last=${page}`), body: tags('a') };
    });
    await expect(client.listTags(image)).rejects.toThrow('does not end within 100 pages');
    expect(count(proxy, 'GET', '/tags/list')).toBe(101);
    for (const body of ['{}', '[]', '{"tags":[1]}', '{"tags":["a\\u001b[31m"]}', 'null', '<html>']) {
      inject(proxy, 'GET', '/tags/list', { kind: 'answer', status: 200, body });
      await expect(client.listTags(image)).rejects.toThrow('sent no list of tags');
    }
  });

  it('reads no list that is too long for its memory', async () => {
    const many = tags(...Array.from({ length: 60_000 }, (_, index) => String(index)));
    proxy.inject(({ url }) => {
      if (!url.includes('/tags/list')) return undefined;
      return {
        kind: 'answer',
        status: 200,
        body: many,
        ...(!url.includes('next') && { headers: linked('next') }),
      };
    });
    const client = connect({ sources: insecure(proxy.host) });
    await expect(client.listTags(image)).rejects.toThrow(
      `the list at ${proxy.url}/v2/team/policy/tags/list has more than 100000 entries`,
    );
  });

  it('names the image of which the manifest is wrong', async () => {
    inject(proxy, 'GET', '/manifests/', { kind: 'answer', status: 200, body: '<html>' });
    const client = connect({ sources: insecure(proxy.host) });
    await expect(client.fetchManifest(image)).rejects.toThrow(
      new RegExp(`^the manifest is no JSON: .* \\(${proxy.host}/team/policy:v1\\)$`),
    );
  });

  it('waits once for a host to which no connection comes about', async () => {
    let connections = 0;
    // Takes connections and says nothing, so that TLS does not come about.
    const silent = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const registry = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const client = connect({ limits: { ...limits, connectMilliseconds: 2_000 } });
    for (let index = 0; index < 20; index += 1) {
      const image = { registry, repository: `team/${index}`, tag: 'v1' };
      await expect(client.fetchManifest(image)).rejects.toThrow(`cannot reach https://${registry}/v2/: `);
    }
    expect(connections).toBe(1);
    silent.close();
  });

  it('looks for referrers under their tag where there is a page instead of an API', async () => {
    const listed = { ...image, digest: (await start().fetchManifest(image)).digest };
    inject(proxy, 'GET', '/referrers/', {
      kind: 'answer',
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html>',
    });
    expect(await client.listReferrers(listed)).toEqual([]);
    const entry = describeBytes(manifestOf([]));
    proxy.inject(({ url }) => {
      if (!url.includes('/referrers/')) return undefined;
      const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
      if (url.includes('page=2')) return { kind: 'answer', status: 200, headers, body: indexOf(entry) };
      const link = '<?page=2>; rel=next';
      return { kind: 'answer', status: 200, headers: { ...headers, link }, body: indexOf(entry) };
    });
    expect(await client.listReferrers(listed)).toEqual([entry, entry]);
    inject(proxy, 'GET', '/referrers/', { kind: 'answer', status: 500 });
    await expect(client.listReferrers(listed)).rejects.toThrow('code: 500');
  });
});

describe('what is secret', () => {
  let registry: TestRegistry;
  let proxy: FaultProxy;
  let other: FaultProxy;
  beforeAll(async () => {
    registry = await startRegistry({ tls: true, auth: 'htpasswd' });
    proxy = await startFaultProxy(registry, { tls: true });
    other = await startFaultProxy(registry, { tls: true });
  });
  afterAll(async () => {
    for (const running of [proxy, other, registry]) await running.stop();
  });
  afterEach(() => {
    proxy.reset();
    other.reset();
  });

  const credentials = () => passwordOf({ host: proxy.host, credentials: registry.credentials });
  const image = () => ({ registry: proxy.host, repository: 'team/policy', tag: 'v1' });
  const sources = () => ({
    ...noSources,
    sourceAuthorities: new Map([
      [proxy.host, [proxy.authority]],
      [other.host, [other.authority]],
    ]),
  });
  const elsewhere = (status = 307): Fault => ({
    kind: 'answer',
    status,
    headers: { location: `${other.url}/v2/team/policy/x?token=secret` },
  });

  it('does not follow a redirect to another host, nor answer what that demands', async () => {
    inject(proxy, 'GET', '/manifests/', elsewhere());
    const headers = { 'www-authenticate': [`Basic realm="x"`, `Bearer realm="${other.url}/token"`] };
    other.inject(() => ({ kind: 'answer', status: 401, headers }));
    const failure = connect({ sources: sources(), credentials: credentials() }).fetchManifest(image());
    await expect(failure).rejects.toThrow(`Not authorized: url ${other.url}/v2/team/policy/x;`);
    await expect(failure).rejects.not.toThrow('secret');
    expect(proxy.requests.some((request) => request.headers.authorization !== undefined)).toBe(true);
    expect(other.requests.length).toBeGreaterThan(0);
    for (const request of other.requests) {
      expect(request.url).not.toContain('/token');
      expect(request.headers.authorization).toBeUndefined();
    }
  });

  it('does not go to a host that the registry redirects its greeting to', async () => {
    inject(proxy, 'GET', '/v2/', elsewhere());
    const headers = { 'www-authenticate': 'Basic realm="x"' };
    other.inject(() => ({ kind: 'answer', status: 401, headers }));
    const client = connect({ sources: sources(), credentials: credentials() });
    await expect(client.fetchManifest(image())).rejects.toThrow('Not authorized');
    for (const request of other.requests) expect(request.headers.authorization).toBeUndefined();
  });

  it('does not go to another host that the registry names for an upload', async () => {
    inject(proxy, 'POST', '/uploads/', elsewhere(202));
    other.inject(() => ({ kind: 'answer', status: 201 }));
    const client = connect({ sources: sources(), credentials: credentials() });
    await client.pushBlob(image(), content(Buffer.from('x')));
    expect(other.requests).toMatchObject([{ method: 'PUT' }]);
    expect(other.requests[0]!.headers.authorization).toBeUndefined();
  });

  it('does not go to a token service without TLS', async () => {
    const headers = { 'www-authenticate': 'Bearer realm="http://localhost:1/token?x=secret"' };
    proxy.inject(() => ({ kind: 'answer', status: 401, headers }));
    const failure = connect({ sources: sources(), credentials: credentials() }).fetchManifest(image());
    await expect(failure).rejects.toThrow(
      `${proxy.host} wants credentials to be sent to the unprotected http://localhost:1/token`,
    );
    await expect(failure).rejects.not.toThrow('secret');
  });

  it('is not sent over and over', async () => {
    for (const scheme of ['Basic realm="x"', `Bearer realm="${other.url}/token"`]) {
      proxy.reset();
      other.reset();
      proxy.inject(() => ({ kind: 'answer', status: 401, headers: { 'www-authenticate': scheme } }));
      other.inject(() => ({ kind: 'answer', status: 200, body: '{"token":"t"}' }));
      const client = connect({ sources: sources(), credentials: credentials() });
      await expect(client.fetchManifest(image())).rejects.toThrow('Not authorized');
      expect(proxy.requests.length).toBeLessThanOrEqual(3);
      expect(other.requests.length).toBeLessThanOrEqual(2);
    }
  });

  it('is not asked for without TLS: no redirect from https to http', async () => {
    const location = `http://${other.host}/v2/team/policy/x`;
    inject(proxy, 'GET', '/manifests/', { kind: 'answer', status: 302, headers: { location } });
    const client = connect({ sources: sources(), credentials: credentials() });
    await expect(client.fetchManifest(image())).rejects.toThrow(`redirects to the unprotected ${location}`);
    expect(other.requests).toEqual([]);
  });

  it('stays with the host that it is for when a registry does not know that it is reached by TLS', async () => {
    const location = `http://${proxy.host}/v2/team/policy/blobs/uploads/1?_state=x`;
    inject(proxy, 'POST', '/uploads/', { kind: 'answer', status: 202, headers: { location } });
    inject(proxy, 'PUT', '/uploads/', { kind: 'answer', status: 201 });
    let puts = 0;
    proxy.inject(({ method, url }) => {
      if (method === 'POST') return { kind: 'answer', status: 202, headers: { location } };
      if (method !== 'PUT') return undefined;
      puts += 1;
      expect(url).toContain('?_state=x&digest=sha256%3A');
      return { kind: 'answer', status: 201 };
    });
    const client = connect({ sources: sources(), credentials: credentials() });
    await client.pushBlob(image(), content(Buffer.from('y')));
    expect(puts).toBe(1);
  });

  it('is never sent with less protection because of an answer, nor after a better connection', async () => {
    const warnings: string[] = [];
    const options = {
      sources: { ...trusting(proxy), insecureSources: new Set([proxy.host]) },
      credentials: credentials(),
      warn: (message: string) => void warnings.push(message),
    };
    const client = connect(options);
    for (const fault of [
      { kind: 'answer', status: 404 },
      { kind: 'answer', status: 500 },
      { kind: 'answer', status: 401 },
      { kind: 'reset' },
      { kind: 'stall', afterBytes: 0 },
    ] as const) {
      inject(proxy, 'GET', '/manifests/', fault);
      await expect(client.fetchManifest(image())).rejects.toThrow(`https://${proxy.host}/`);
    }
    expect(warnings).toEqual([]);
    const plain = await startFaultProxy(registry);
    await plain.stop();
    const gone = connect({ ...options, sources: insecure(plain.host) });
    await expect(gone.fetchManifest({ ...image(), registry: plain.host })).rejects.toMatchObject({
      name: 'RegistryUnreachableError',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });
});
