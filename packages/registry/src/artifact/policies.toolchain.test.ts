import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readMetadata } from '@kubewarden/policy';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../../../../tools/programs/program.ts';
import { type FaultProxy, startFaultProxy } from '../../../../tools/registries/fault-proxy.ts';
import { startRegistry, type TestRegistry } from '../../../../tools/registries/registry.ts';
import { fetchPolicy, type FetchedPolicy, type FetchPolicyOptions } from '../fetch-policy.ts';
import { createRegistryClient } from '../oci/client.ts';
import type { Descriptor, IndexEntry } from '../oci/manifest.ts';
import type { RegistryClient, TransferProgress } from '../oci/registry-client.ts';
import { type ImageReference, parseImageReference } from '../reference/image-reference.ts';
import { parsePolicyLocation } from '../reference/location.ts';
import { plainModule, policyModule } from '../testing/modules.ts';
import { policyAnnotations } from './annotations.ts';
import { policyMediaTypes } from './media-types.ts';
import { emptyConfig, encodePolicyManifest } from './policy-manifest.ts';
import { pushPolicy } from './push-policy.ts';
import { readRemotePolicy } from './remote-policy.ts';
import type { VerifiedManifest } from './verified-layer.ts';

const ociManifest = policyMediaTypes.manifest;
const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const text = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

const module = policyModule(
  {
    mutating: true,
    annotations: { 'io.kubewarden.policy.title': 'demo', 'io.kubewarden.policy.usage': 'a\nb' },
  },
  3_000_000,
);
const otherModule = policyModule({}, 2_000_000);

/** As if signatures of the policy with this module had been verified. */
function verifiedAs(bytes: Uint8Array): VerifiedManifest {
  const manifest = encodePolicyManifest({ digest: digestOf(bytes), size: bytes.byteLength });
  return { digest: digestOf(manifest), manifest };
}

/** An entry of an index, for this processor. */
function indexEntry(digest: string, os: string): IndexEntry {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return { mediaType: ociManifest, digest, size: 500, platform: { os, architecture } };
}

function skopeo(...args: readonly string[]): Promise<{ readonly stdout: string }> {
  return promisify(execFile)(findProgram('skopeo'), args);
}

let registry: TestRegistry;
let proxy: FaultProxy;
let client: RegistryClient;
let folder: string;
let root: string;
let images = 0;

beforeAll(async () => {
  registry = await startRegistry();
  proxy = await startFaultProxy(registry);
  const sources = { insecureSources: new Set([registry.host, proxy.host]), sourceAuthorities: new Map() };
  client = createRegistryClient({ sources, proxies: {}, limits: { retryMilliseconds: 1 } });
});

afterAll(async () => {
  await client.close();
  await proxy.stop();
  await registry.stop();
});

beforeEach(() => {
  proxy.reset();
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
  root = join(folder, 'store');
  images += 1;
});

/** An image of this test, through the proxy. */
const image = (suffix = ':v1'): string => `${proxy.host}/test-${images}/policy${suffix}`;
const reference = (suffix?: string): ImageReference => parseImageReference(image(suffix));
const push = (bytes: Uint8Array, suffix?: string) => pushPolicy(client, reference(suffix), { bytes });

function fetch(suffix?: string, options: Partial<FetchPolicyOptions> = {}): Promise<FetchedPolicy> {
  return fetchPolicy(parsePolicyLocation(image(suffix)), {
    client,
    destination: { kind: 'store', root },
    ...options,
  });
}

/** Pushes a manifest with blobs of its layers. */
async function pushImage(
  layers: readonly (readonly [string, Uint8Array])[],
  suffix?: string,
): Promise<string> {
  const descriptors: Descriptor[] = [];
  for (const [mediaType, bytes] of [[policyMediaTypes.config, emptyConfig.bytes] as const, ...layers]) {
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
    await client.pushBlob(reference(suffix), {
      ...descriptor,
      open: () =>
        (async function* () {
          yield bytes;
        })(),
    });
    descriptors.push(descriptor);
  }
  const [config, ...rest] = descriptors;
  const manifest = text({ schemaVersion: 2, mediaType: ociManifest, config, layers: rest });
  return (await client.pushManifest(reference(suffix), manifest, ociManifest)).digest;
}

const files = (): string[] => {
  try {
    return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(root, name)).isFile(),
    );
  } catch {
    return [];
  }
};

describe('pushPolicy', () => {
  it('makes the manifest that gives a policy its digest', async () => {
    const path = join(folder, 'policy.wasm');
    writeFileSync(path, module);
    const { annotations } = policyAnnotations(readMetadata(module));
    const progress: TransferProgress[] = [];
    const pushed = await pushPolicy(
      client,
      reference(),
      { path },
      {
        annotations: annotations!,
        onProgress: (step) => progress.push(step),
      },
    );
    const expected =
      '{"annotations":{"io.kubewarden.policy.title":"demo"},' +
      '"config":{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",' +
      '"mediaType":"application/vnd.wasm.config.v1+json","size":2},' +
      `"layers":[{"digest":"${digestOf(module)}",` +
      `"mediaType":"application/vnd.wasm.content.layer.v1+wasm","size":${module.byteLength}}],"schemaVersion":2}`;
    const { stdout } = await skopeo(
      'inspect',
      '--raw',
      '--tls-verify=false',
      `docker://${registry.host}/${reference().repository}:v1`,
    );
    expect(stdout).toBe(expected);
    expect(pushed).toEqual({
      digest: digestOf(Buffer.from(expected)),
      immutableReference: `${proxy.host}/${reference().repository}@${digestOf(Buffer.from(expected))}`,
    });
    const put = proxy.requests.find(({ method, url }) => method === 'PUT' && url.includes('/manifests/'));
    expect(put?.headers['content-type']).toBe('application/vnd.oci.image.manifest.v1+json');
    expect(progress.at(-1)?.transferred).toBe(module.byteLength);
    const config = { mediaType: policyMediaTypes.config, digest: emptyConfig.digest, size: 2 };
    expect(Buffer.from(await client.fetchBlob(reference(), config, { maximumBytes: 10 })).toString()).toBe(
      '{}',
    );
  });

  it('pushes to a digest, and what is no module', async () => {
    const bytes = Uint8Array.of(0xca, 0xfe);
    const manifest = encodePolicyManifest({ digest: digestOf(bytes), size: 2 });
    const { immutableReference } = await push(bytes, `@${digestOf(manifest)}`);
    expect(immutableReference).toBe(image(`@${digestOf(manifest)}`));
  });

  it('says why not', async () => {
    await expect(push(new Uint8Array(0))).rejects.toThrow('cannot push a blob without data');
    await expect(pushPolicy(client, reference(), { path: join(folder, 'missing') })).rejects.toThrow(
      /^cannot read policy .*missing: ENOENT/,
    );
    proxy.inject(() => ({ kind: 'answer', status: 403, body: '{}' }));
    await expect(push(module)).rejects.toThrow(/^Fail to interact with OCI registry: /);
  });
});

describe('fetchPolicy from a registry', () => {
  it('downloads once what a tag means', async () => {
    await push(module);
    const path = join(root, 'registry', ...image().split('/'));
    const progress: TransferProgress[] = [];

    const fetched = await fetch(':v1 ', { onProgress: (step) => progress.push(step) });
    expect(fetched).toEqual({ uri: `registry://${image()}`, path, origin: 'downloaded' });
    expect(Buffer.compare(readFileSync(path), module)).toBe(0);
    expect(progress.at(-1)).toEqual({ transferred: module.byteLength, total: module.byteLength });
    proxy.reset();
    expect(await fetch()).toEqual({ ...fetched, origin: 'present' });
    expect(proxy.requests).toEqual([]);
    // The config blob says nothing and is not asked for.
    await fetch(':v1', { destination: { kind: 'local', path: join(folder, 'out.wasm') } });
    expect(proxy.requests.map(({ url }) => url).filter((url) => url.includes(emptyConfig.digest))).toEqual(
      [],
    );
  });

  it('downloads latest again, as a file of the store with its tag', async () => {
    await push(module, ':latest');
    await fetch('');
    await push(otherModule, ':latest');
    const { path, uri } = await fetch('');
    expect(uri).toBe(`registry://${image(':latest')}`);
    expect(path).toBe(join(root, 'registry', ...image(':latest').split('/')));
    expect(digestOf(readFileSync(path))).toBe(digestOf(otherModule));
  });

  it('downloads by digest, which does not move', async () => {
    const { digest } = await push(module);
    await push(otherModule);
    const { path } = await fetch(`:latest@${digest}`);
    expect(path.endsWith(`policy:latest@${digest}`)).toBe(true);
    expect(digestOf(readFileSync(path))).toBe(digestOf(module));
    expect((await fetch(`:latest@${digest}`)).origin).toBe('present');
  });

  it('writes the file that the user wants, also if it is there', async () => {
    await push(module, ':latest');
    const path = join(folder, 'out.wasm');
    writeFileSync(path, 'old');
    expect(await fetch('', { destination: { kind: 'local', path } })).toMatchObject({
      path,
      origin: 'downloaded',
    });
    expect(digestOf(readFileSync(path))).toBe(digestOf(module));
    const inFolder = await fetch(':latest', { destination: { kind: 'local', path: folder } });
    expect(inFolder.path).toBe(join(folder, 'policy:latest'));
    expect(files()).toEqual([]);
    await expect(
      fetch('', { destination: { kind: 'local', path: join(folder, 'no/out.wasm') } }),
    ).rejects.toThrow(/^wasm module cannot be saved to ".*out.wasm": ENOENT/);
    symlinkSync('/dev/full', join(folder, 'full'));
    await expect(fetch('', { destination: { kind: 'local', path: join(folder, 'full') } })).rejects.toThrow(
      /^wasm module cannot be saved to ".*full": ENOSPC/,
    );
  });

  it('takes the entry of an index that is for this machine', async () => {
    const forUs = await pushImage([[policyMediaTypes.layer, module]], ':us');
    const forOthers = await pushImage([[policyMediaTypes.layer, otherModule]], ':others');
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const index = text({
      schemaVersion: 2,
      mediaType,
      manifests: [indexEntry(forOthers, 'plan9'), indexEntry(forUs, process.platform)],
    });
    const { digest } = await client.pushManifest(reference(), index, mediaType);
    expect(digestOf(readFileSync((await fetch()).path))).toBe(digestOf(module));
    // A signature of the index vouches for its entries.
    const verified = { digest, manifest: index };
    expect(digestOf(readFileSync((await fetch(':v2', { verified })).path))).toBe(digestOf(module));

    const useless = text({ schemaVersion: 2, mediaType, manifests: [indexEntry(forOthers, 'plan9')] });
    await client.pushManifest(reference(':useless'), useless, mediaType);
    await expect(fetch(':useless')).rejects.toThrow(
      'Fail to interact with OCI registry: Image manifest not found',
    );
  });

  it.each([
    [
      'two modules',
      [
        [policyMediaTypes.layer, module],
        [policyMediaTypes.layer, otherModule],
      ],
      'the manifest has 2',
    ],
    [
      'a layer of another kind',
      [['application/wasm', module]],
      'Incompatible layer media type: application/wasm',
    ],
    ['no layer', [], 'No layers to pull'],
  ] as const)('refuses an image with %s', async (_what, layers, message) => {
    await pushImage(layers);
    const prefix = 'Fail to interact with OCI registry: ';
    await expect(fetch()).rejects.toThrow(
      expect.objectContaining({ message: expect.stringContaining(prefix) }),
    );
    await expect(fetch()).rejects.toThrow(message);
    expect(files()).toEqual([]);
  });

  it('refuses what is no module', async () => {
    await pushImage([[policyMediaTypes.layer, Buffer.from('<html>')]]);
    await expect(fetch()).rejects.toThrow('invalid wasm file');
    expect(files()).toEqual([]);
  });

  it('leaves the store as it was when the registry fails', async () => {
    await push(module, ':latest');
    await fetch('');
    const before = files();
    const faults = [
      { kind: 'corrupt' },
      { kind: 'truncate', afterBytes: 100_000 },
      { kind: 'answer', status: 500, body: '' },
      { kind: 'answer', status: 404, body: '' },
      { kind: 'reset' },
    ] as const;
    for (const fault of faults) {
      proxy.inject(({ url }) => (url.includes('/blobs/') ? fault : undefined));
      await expect(fetch('')).rejects.toThrow(/^Fail to interact with OCI registry: /);
      await expect(fetch(':v1')).rejects.toThrow(/^Fail to interact with OCI registry: /);
    }
    expect(files()).toEqual(before);
    expect(digestOf(readFileSync(join(root, before[0]!)))).toBe(digestOf(module));
  });

  it('ends when it is told to', async () => {
    await push(module);
    proxy.inject(({ url }) => (url.includes('/blobs/') ? { kind: 'stall', afterBytes: 1000 } : undefined));
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await expect(fetch(':v1', { signal: controller.signal, onProgress })).rejects.toThrow('abort');
    expect(files()).toEqual([]);
  });
});

describe('fetchPolicy of a verified image', () => {
  it('fetches what was signed, whatever the tag has come to mean', async () => {
    await push(module);
    await push(otherModule);
    const { path, origin } = await fetch(':v1', { verified: verifiedAs(module) });
    expect(origin).toBe('downloaded');
    expect(digestOf(readFileSync(path))).toBe(digestOf(module));
    expect(
      proxy.requests.filter(({ method, url }) => method === 'GET' && url.includes('/manifests/')),
    ).toEqual([]);
  });

  it('replaces a stored file that is another, and keeps one that is the same', async () => {
    await push(module, ':latest');
    await push(otherModule, ':latest');
    await fetch('');
    const { path, origin } = await fetch('', { verified: verifiedAs(module) });
    expect(origin).toBe('downloaded');
    expect(digestOf(readFileSync(path))).toBe(digestOf(module));
    proxy.reset();
    expect((await fetch('', { verified: verifiedAs(module) })).origin).toBe('present');
    expect(proxy.requests).toEqual([]);
  });

  it('says so when a stored file is another and the right one is not to be had', async () => {
    await push(otherModule);
    await fetch();
    proxy.inject(() => ({ kind: 'answer', status: 404, body: '' }));
    const got = digestOf(otherModule).slice(7);
    const wanted = digestOf(module).slice(7);
    await expect(fetch(':v1', { verified: verifiedAs(module) })).rejects.toThrow(
      "The digest of the local file doesn't match with the one reported inside of the signed manifest. " +
        `Got ${got} instead of ${wanted}, and it cannot be fetched again: Fail to interact with OCI registry: `,
    );
  });

  it('is refused when it cannot be told what was signed', async () => {
    const layer = { mediaType: policyMediaTypes.layer, digest: digestOf(module), size: module.byteLength };
    const config = { mediaType: policyMediaTypes.config, digest: emptyConfig.digest, size: 2 };
    const refusal = (manifest: Uint8Array, digest = digestOf(manifest)): Promise<string> =>
      fetch(':v1', { verified: { digest, manifest } }).then(
        () => 'accepted',
        (error: Error) => error.message,
      );
    const of = (...layers: unknown[]): Uint8Array => text({ schemaVersion: 2, config, layers });
    const notOne = "Cannot verify local file integrity, the remote manifest doesn't have only one WASM layer";
    expect(await refusal(of())).toBe(notOne);
    expect(await refusal(of(layer, layer))).toBe(notOne);
    expect(await refusal(of({ ...layer, mediaType: 'text/plain' }))).toBe(notOne);
    expect(await refusal(of({ ...layer, digest: `sha512:${'a'.repeat(128)}` }))).toBe(
      'The checksum inside of the remote manifest is not using the sha256 hashing algorithm as expected.',
    );
    expect(await refusal(of(layer), digestOf(module))).toContain('Invalid digest: ');
    await expect(
      fetchPolicy(parsePolicyLocation('https://example.org/p.wasm'), {
        client,
        destination: { kind: 'store', root },
        verified: verifiedAs(module),
      }),
    ).rejects.toThrow(
      'Verification only works with OCI images: Not a valid oci image: https://example.org/p.wasm',
    );
    expect(files()).toEqual([]);
  });
});

describe('readRemotePolicy', () => {
  it('reads metadata without pulling the module', async () => {
    const { annotations } = policyAnnotations(readMetadata(module));
    const { digest } = await pushPolicy(
      client,
      reference(),
      { bytes: module },
      { annotations: annotations! },
    );
    proxy.reset();
    expect(await readRemotePolicy(client, reference())).toEqual({
      digest,
      moduleDigest: digestOf(module),
      size: module.byteLength,
      annotations: { 'io.kubewarden.policy.title': 'demo' },
      metadata: { kind: 'unverified', value: readMetadata(module) },
    });
    const ranges = proxy.requests.flatMap(({ headers }) => headers.range ?? []);
    expect(ranges.length).toBeGreaterThan(0);
    expect(ranges.length).toBeLessThanOrEqual(3);
  });

  it('tells a module without metadata from one that it cannot look into', async () => {
    await push(plainModule(100));
    expect(await readRemotePolicy(client, reference())).toMatchObject({
      annotations: {},
      metadata: { kind: 'absent' },
    });
    await push(module);
    proxy.inject(({ headers }) =>
      headers.range === undefined ? undefined : { kind: 'answer', status: 200, body: module },
    );
    expect((await readRemotePolicy(client, reference())).metadata).toEqual({
      kind: 'unknown',
      reason: 'the registry does not serve parts of blobs',
    });
    proxy.reset();
    await push(Buffer.from('no module'));
    expect((await readRemotePolicy(client, reference())).metadata).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('not a WebAssembly module'),
    });
    await expect(readRemotePolicy(client, reference(':missing'))).rejects.toThrow(
      /^Fail to interact with OCI registry: /,
    );
  });
});

describe('skopeo', () => {
  it('copies what is pushed here, and what it copies is pulled here', async () => {
    await push(module);
    const layout = `oci:${join(folder, 'layout')}:v1`;
    await skopeo('copy', '--src-tls-verify=false', `docker://${image()}`, layout);
    await skopeo('copy', '--dest-tls-verify=false', layout, `docker://${image(':copied')}`);
    const { path } = await fetch(':copied');
    expect(digestOf(readFileSync(path))).toBe(digestOf(module));
    expect(await client.resolveDigest(reference(':copied'))).toBe(await client.resolveDigest(reference()));
  });
});
