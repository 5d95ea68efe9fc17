import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ForwardProxy, startTinyproxy } from '../../../../tools/proxies/tinyproxy.ts';
import {
  startReferrersRegistry,
  startRegistry,
  type TestRegistry,
} from '../../../../tools/registries/registry.ts';
import { imageByDigest } from '../reference/image-reference.ts';
import {
  collect,
  content,
  describeBytes,
  emptyConfig,
  indexOf,
  insecure,
  manifestOf,
  passwordOf,
  pushImage,
  trusting,
  wrongPassword,
  wrongToken,
} from '../testing/registries.ts';
import { noSources } from '../sources.ts';
import { createRegistryClient, type RegistryClientOptions } from './client.ts';
import { computeDigest } from './digest.ts';
import { ociIndex, ociManifest } from './media-types.ts';
import type { RegistryClient } from './registry-client.ts';

const clients: RegistryClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

function connect(options: RegistryClientOptions = {}): RegistryClient {
  const client = createRegistryClient({ proxies: {}, limits: { retryMilliseconds: 1 }, ...options });
  clients.push(client);
  return client;
}

/** Pushes, pulls and compares. */
async function roundTrip(client: RegistryClient, host: string, bytes: number): Promise<void> {
  const image = { registry: host, repository: 'team/policy', tag: 'v1' };
  const layer = randomBytes(bytes);
  expect(await client.pushBlob(image, content(layer))).toBe('pushed');
  expect(await client.pushBlob(image, content(layer))).toBe('present');
  const digest = await pushImage(client, image, layer);
  expect(await client.resolveDigest(image)).toBe(digest);
  const fetched = await client.fetchImageManifest(image);
  expect(fetched).toMatchObject({ digest, kind: 'image', mediaType: ociManifest });
  expect(fetched.bytes).toEqual(manifestOf([layer]));
  const [blob] = fetched.manifest.layers;
  expect(layer.equals(await collect(client.streamBlob(image, blob!)))).toBe(true);
  expect(await client.listTags(image)).toEqual(['v1']);
}

describe('with a registry that serves anyone', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  it('pushes and pulls what fits into one request, what is empty, and what needs several chunks', async () => {
    const warnings: string[] = [];
    const client = connect({ sources: insecure(registry.host), warn: (text) => warnings.push(text) });
    await roundTrip(client, registry.host, 100_000);
    await roundTrip(client, registry.host, 9 * 1024 * 1024);
    const image = { registry: registry.host, repository: 'team/empty', tag: 'v1' };
    await pushImage(client, image, Buffer.alloc(0));
    expect(await client.fetchBlob(image, describeBytes(Buffer.alloc(0)), { maximumBytes: 1 })).toHaveLength(
      0,
    );
    expect(warnings).toEqual([`${registry.host} is reached by plain HTTP, as insecure_sources allows`]);
  });

  it('is asked how it speaks once, however many want to know', async () => {
    const warnings: string[] = [];
    const sources = insecure(registry.host);
    const client = connect({ sources, warn: (text) => warnings.push(text) });
    const image = { registry: registry.host, repository: 'team/many', tag: 'v1' };
    await pushImage(connect({ sources }), image, randomBytes(10));
    await Promise.all(Array.from({ length: 10 }, () => client.fetchManifest(image)));
    expect(warnings).toHaveLength(1);
  });

  it('is not reached by plain HTTP unless that is allowed', async () => {
    const image = { registry: registry.host, repository: 'team/policy', tag: 'v1' };
    await expect(connect().fetchManifest(image)).rejects.toThrow(`cannot reach https://${registry.host}/v2/`);
  });

  it('says what the registry says about what it does not have', async () => {
    const client = connect({ sources: insecure(registry.host) });
    const image = { registry: registry.host, repository: 'no/such', tag: 'v1' };
    const url = `http://${registry.host}/v2/no/such/manifests/v1`;
    await expect(client.fetchManifest(image)).rejects.toMatchObject({
      name: 'NotInRegistryError',
      message: `Registry error: url ${url}, envelope: OCI API errors: [OCI API error: manifest unknown]`,
    });
    await expect(client.resolveDigest(image)).rejects.toMatchObject({
      name: 'NotInRegistryError',
      message: `Registry error: url ${url}, envelope: OCI API errors: [OCI API error: manifest unknown]`,
    });
    await expect(
      client.fetchBlob(image, describeBytes(emptyConfig), { maximumBytes: 10 }),
    ).rejects.toMatchObject({
      name: 'NotInRegistryError',
    });
    await expect(client.listTags(image)).rejects.toThrow('repository name not known to registry');
  });

  it('serves some bytes of a blob', async () => {
    const client = connect({ sources: insecure(registry.host) });
    const image = { registry: registry.host, repository: 'team/range', tag: 'v1' };
    const layer = randomBytes(1000);
    await pushImage(client, image, layer);
    const blob = describeBytes(layer);
    expect(await client.fetchBlobRange(image, blob, { start: 10, end: 20 })).toEqual(layer.subarray(10, 20));
    expect(await client.fetchBlobRange(image, blob, { start: 990, end: 5000 })).toEqual(layer.subarray(990));
    for (const range of [
      { start: 20, end: 20 },
      { start: 2000, end: 3000 },
      { start: -1, end: 3 },
      { start: Number.NaN, end: 3 },
    ]) {
      await expect(client.fetchBlobRange(image, blob, range)).rejects.toThrow('cannot be fetched');
    }
  });

  it('refuses what is larger than agreed, before it asks for it', async () => {
    const client = connect({ sources: insecure(registry.host), limits: { maximumBytes: 100 } });
    const image = { registry: registry.host, repository: 'team/large', tag: 'v1' };
    const blob = describeBytes(Buffer.alloc(101));
    await expect(collect(client.streamBlob(image, blob))).rejects.toThrow(
      'of 101 bytes is larger than 100 bytes',
    );
    await expect(client.fetchBlob(image, blob, { maximumBytes: 10 })).rejects.toThrow('larger than 10 bytes');
    await expect(client.pushBlob(image, content(Buffer.alloc(101)))).rejects.toThrow('larger than 100 bytes');
    await expect(
      client.fetchBlob(image, { ...blob, size: Number.MAX_VALUE }, { maximumBytes: 10 }),
    ).rejects.toThrow('larger than 10 bytes');
    await expect(
      client.fetchBlob(image, { ...blob, size: 1, digest: 'sha256:../../x' }, { maximumBytes: 10 }),
    ).rejects.toThrow('the digest "sha256:../../x" of a blob is none');
  });

  it('pushes nothing that is not what it is said to be', async () => {
    const client = connect({ sources: insecure(registry.host) });
    const image = { registry: registry.host, repository: 'team/wrong', tag: 'v1' };
    for (const size of [1000, 9_000_000]) {
      const wrong = { ...content(randomBytes(size)), digest: computeDigest(randomBytes(size)) };
      await expect(client.pushBlob(image, wrong)).rejects.toThrow('Digest error: Invalid digest. Expected');
      const short = { ...content(randomBytes(size)), size: size + 1 };
      await expect(client.pushBlob(image, short)).rejects.toThrow('Digest error');
    }
    const unreadable = {
      ...content(Buffer.from('x')),
      // oxlint-disable-next-line require-yield
      open: async function* (): AsyncGenerator<Uint8Array> {
        throw new Error('EIO: the disk is gone');
      },
    };
    await expect(client.pushBlob(image, unreadable)).rejects.toThrow(
      'cannot read what is to be pushed: EIO: the disk is gone',
    );
  });

  it('finds in an index the image for this machine', async () => {
    const client = connect({ sources: insecure(registry.host) });
    const image = { registry: registry.host, repository: 'team/index', tag: 'v1' };
    const layer = randomBytes(10);
    const digest = await pushImage(client, { ...image, tag: 'child' }, layer);
    const child = { mediaType: ociManifest, digest, size: manifestOf([layer]).byteLength };
    const os = process.platform;
    const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as 'x64' | 'arm64'];
    const other = { ...child, platform: { os: 'plan9', architecture: 'mips' } };
    const mine = { ...child, platform: { os, architecture } };
    const index = await client.pushManifest(image, indexOf(other, mine), ociIndex);
    expect(await client.fetchManifest(image)).toMatchObject({ kind: 'index', digest: index.digest });
    expect(await client.resolveDigest(image)).toBe(index.digest);
    expect((await client.fetchImageManifest(image)).digest).toBe(digest);

    await client.pushManifest(image, indexOf(other, child), ociIndex);
    await expect(client.fetchImageManifest(image)).rejects.toThrow(
      "no entry found in image index manifest matching client's default platform",
    );
    const nested = { ...mine, mediaType: ociIndex, digest: index.digest, size: indexOf(other, mine).length };
    await client.pushManifest(image, indexOf(nested), ociIndex);
    await expect(client.fetchImageManifest(image)).rejects.toThrow('received Image Index manifest instead');
  });

  it('pushes by digest, and refuses to push something else under a digest', async () => {
    const client = connect({ sources: insecure(registry.host) });
    const image = { registry: registry.host, repository: 'team/digest', tag: 'v1' };
    const layer = randomBytes(10);
    const digest = await pushImage(client, image, layer);
    const byDigest = imageByDigest(image, digest);
    expect(await client.pushManifest(byDigest, manifestOf([layer]), ociManifest)).toMatchObject({ digest });
    await expect(client.pushManifest(byDigest, manifestOf([]), ociManifest)).rejects.toThrow('Digest error');
    expect((await client.fetchManifest(byDigest)).digest).toBe(digest);
  });
});

describe('with a registry that wants a password', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startRegistry({ tls: true, auth: 'htpasswd', relativeLocations: true });
  });
  afterAll(() => registry.stop());

  it('pushes and pulls', async () => {
    const client = connect({ sources: trusting(registry), credentials: passwordOf(registry) });
    await roundTrip(client, registry.host, 5_000_000);
  });

  it('says that it is not authorized, and where credentials were looked for', async () => {
    const image = { registry: registry.host, repository: 'team/policy', tag: 'v1' };
    const sources = trusting(registry);
    const url = `https://${registry.host}/v2/team/policy/manifests/v1`;
    await expect(connect({ sources }).fetchManifest(image)).rejects.toMatchObject({
      name: 'NotAuthorizedError',
      message: `Not authorized: url ${url}; no credentials were given`,
    });
    const none = Object.assign(() => Promise.resolve(undefined), { description: '/d/config.json' });
    await expect(connect({ sources, credentials: none }).fetchManifest(image)).rejects.toThrow(
      `Not authorized: url ${url}; no credentials for ${registry.host} were found in /d/config.json`,
    );
    await expect(connect({ sources, credentials: wrongPassword }).fetchManifest(image)).rejects.toThrow(
      `Not authorized: url ${url}; the credentials for ${registry.host} were refused`,
    );
    await expect(connect({ sources, credentials: wrongToken }).fetchManifest(image)).rejects.toThrow(url);
  });

  it('is not reached with other authorities when the given ones cannot be used', async () => {
    const image = { registry: registry.host, repository: 'team/policy', tag: 'v1' };
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const sources = { ...noSources, sourceAuthorities: new Map([[registry.host, [broken]]]) };
    await expect(connect({ sources }).fetchManifest(image)).rejects.toMatchObject({
      name: 'SourcesError',
      message: expect.stringContaining(`the authorities of ${registry.host} cannot be used`) as string,
    });
  });

  it('is not trusted without its authority, and reached without verification where that is allowed', async () => {
    const image = { registry: registry.host, repository: 'team/policy', tag: 'v1' };
    const credentials = passwordOf(registry);
    await expect(connect({ credentials }).fetchManifest(image)).rejects.toMatchObject({
      name: 'RegistryUnreachableError',
      message:
        `cannot reach https://${registry.host}/v2/: unable to verify the first certificate; ` +
        'an authority that is not public is to be named in source_authorities of the sources file',
    });
    const warnings: string[] = [];
    const sources = insecure(registry.host);
    const client = connect({ credentials, sources, warn: (text) => warnings.push(text) });
    await expect(client.fetchManifest({ ...image, tag: 'none' })).rejects.toThrow(
      `url https://${registry.host}/v2/team/policy/manifests/none`,
    );
    expect(warnings).toEqual([
      `the certificate of ${registry.host} is not verified, as insecure_sources allows`,
    ]);
  });
});

describe('with a registry that wants tokens', () => {
  let registry: TestRegistry;
  const requests = () => registry.tokenServer!.requests;
  beforeAll(async () => {
    registry = await startRegistry({ tls: true, auth: 'token', anonymousPull: true });
  });
  afterAll(() => registry.stop());
  afterEach(() => {
    registry.tokenServer!.lifetimeSeconds = 300;
    registry.tokenServer!.refusal = undefined;
  });

  it('pushes and pulls, asking once for each repository and purpose', async () => {
    const client = connect({ sources: trusting(registry), credentials: passwordOf(registry) });
    const before = requests().length;
    await roundTrip(client, registry.host, 5_000_000);
    const urls = requests()
      .slice(before)
      .map(({ url }) => url);
    const query = '/token?service=test-registry&scope=repository%3Ateam%2Fpolicy%3Apull';
    expect(urls.toSorted()).toEqual([query, `${query}%2Cpush`]);
  });

  it('pulls without credentials, and cannot push', async () => {
    const client = connect({ sources: trusting(registry) });
    const image = { registry: registry.host, repository: 'team/policy', tag: 'v1' };
    const before = requests().length;
    expect((await client.fetchManifest(image)).kind).toBe('image');
    expect(requests().slice(before)).toMatchObject([{ method: 'GET', authorization: undefined }]);
    const pushing = client.pushBlob(image, content(randomBytes(10)));
    await expect(pushing).rejects.toMatchObject({ name: 'NotAuthorizedError' });
    await expect(pushing).rejects.toThrow('no credentials were given');
  });

  it('exchanges an identity token', async () => {
    const token = registry.identityToken;
    const client = connect({
      sources: trusting(registry),
      credentials: () => Promise.resolve({ kind: 'identity-token', token }),
    });
    const before = requests().length;
    await roundTrip(client, registry.host, 1000);
    expect(
      requests()
        .slice(before)
        .every(({ method }) => method === 'POST'),
    ).toBe(true);
  });

  it('shows why there is no token', async () => {
    const { realm } = registry.tokenServer!;
    const image = { registry: registry.host, repository: 'team/policy', tag: 'v1' };
    const sources = trusting(registry);
    await expect(connect({ sources, credentials: wrongPassword }).fetchManifest(image)).rejects.toMatchObject(
      {
        name: 'NotAuthorizedError',
        message: expect.stringMatching(
          /^Authentication failure: the token service https:\/\/\S+ answered with HTTP status 401: .*wrong username or password.*; the credentials for \S+ were refused$/,
        ) as string,
      },
    );
    registry.tokenServer!.refusal = { status: 200, body: '{"token":"a b\\n"}' };
    await expect(connect({ sources }).fetchManifest(image)).rejects.toThrow(
      `Failed to decode registry token: the token service ${realm} sent no token`,
    );
    registry.tokenServer!.refusal = { status: 503, body: 'later\n\u001B[31m' };
    await expect(connect({ sources }).fetchManifest(image)).rejects.toThrow(
      `Authentication failure: the token service ${realm} answered with HTTP status 503: later [31m`,
    );
  });

  it('gets another token when the old one has expired, and gives up when a new one is refused, too', async () => {
    const client = connect({ sources: trusting(registry) });
    const image = { registry: registry.host, repository: 'team/policy', tag: 'v1' };
    await client.fetchManifest(image);
    const before = requests().length;
    await client.fetchManifest(image);
    expect(requests()).toHaveLength(before);

    registry.tokenServer!.refusal = { status: 200, body: '{"token":"of.someone.else"}' };
    const other = { ...image, repository: 'team/other' };
    await expect(client.fetchManifest(other)).rejects.toThrow('Not authorized: url ');
    expect(requests()).toHaveLength(before + 2);
  });
});

describe('with a registry without TLS that wants tokens', () => {
  it('sends credentials without TLS only where the registry itself may be reached so', async () => {
    const registry = await startRegistry({ auth: 'token' });
    try {
      const credentials = passwordOf(registry);
      await roundTrip(connect({ sources: insecure(registry.host), credentials }), registry.host, 1000);
      const image = { registry: registry.host, repository: 'team/policy', tag: 'v1' };
      const before = registry.tokenServer!.requests.length;
      await expect(connect({ credentials }).fetchManifest(image)).rejects.toThrow('cannot reach https://');
      expect(registry.tokenServer!.requests).toHaveLength(before);
    } finally {
      await registry.stop();
    }
  });
});

describe('listing what refers to a manifest', () => {
  it('asks the referrers API', async () => {
    const registry = await startReferrersRegistry();
    try {
      const client = connect({ sources: insecure(registry.host) });
      const image = { registry: registry.host, repository: 'team/policy', tag: 'v1' };
      const layer = randomBytes(10);
      const digest = await pushImage(client, image, layer);
      const subject = { mediaType: ociManifest, digest, size: manifestOf([layer]).byteLength };
      const subjectImage = { ...imageByDigest(image, digest), digest };
      expect(await client.listReferrers(subjectImage)).toEqual([]);
      const referrer = manifestOf([layer], { subject, artifactType: 'application/spdx+json' });
      const pushed = await client.pushManifest(
        imageByDigest(image, computeDigest(referrer)),
        referrer,
        ociManifest,
      );
      expect(await client.listReferrers(subjectImage)).toMatchObject([{ digest: pushed.digest }]);
      const artifactType = 'application/x';
      expect(await client.listReferrers(subjectImage, { artifactType })).toEqual([]);
    } finally {
      await registry.stop();
    }
  });
});

describe('through a proxy', () => {
  let registry: TestRegistry;
  let proxy: ForwardProxy;
  beforeAll(async () => {
    registry = await startRegistry({ tls: true });
    proxy = await startTinyproxy();
  });
  afterAll(async () => {
    await registry.stop();
    await proxy.stop();
  });

  it('tunnels TLS, verified end to end', async () => {
    const client = connect({ sources: trusting(registry), proxies: { https: proxy.url } });
    await roundTrip(client, registry.host, 1000);
    expect(proxy.log()).toContain(`CONNECT ${registry.host}`);
    await expect(
      connect({ proxies: { https: proxy.url } }).listTags({ registry: registry.host, repository: 'x' }),
    ).rejects.toThrow('unable to verify the first certificate');
  });

  it('asks for plain HTTP in absolute form', async () => {
    const plain = await startRegistry();
    try {
      const proxies = { http: proxy.url };
      await roundTrip(connect({ sources: insecure(plain.host), proxies }), plain.host, 1000);
      expect(proxy.log()).toContain(`GET http://${plain.host}/v2/`);
      const before = proxy.log().split(plain.host).length;
      const direct = { ...proxies, bypass: '10.0.0.0/8,localhost' };
      await connect({ sources: insecure(plain.host), proxies: direct }).listTags({
        registry: plain.host,
        repository: 'team/policy',
      });
      expect(proxy.log().split(plain.host)).toHaveLength(before);
    } finally {
      await plain.stop();
    }
  });

  it('is an error when the proxy is none, or does not answer', async () => {
    expect(() => connect({ proxies: { https: 'socks5://user:secret@host' } })).toThrow(
      'the proxy for https:// addresses is no http:// or https:// URL',
    );
    const client = connect({ sources: trusting(registry), proxies: { https: 'http://127.0.0.1:1' } });
    const image = { registry: registry.host, repository: 'team/policy', tag: 'v1' };
    await expect(client.fetchManifest(image)).rejects.toMatchObject({
      name: 'RegistryUnreachableError',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });
});
