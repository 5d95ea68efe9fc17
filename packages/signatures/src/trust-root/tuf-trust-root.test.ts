import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestSigstore } from '../../../../tools/sigstore/test-sigstore.ts';
import { serveTuf, type TufServer } from '../../../../tools/tuf/serve-tuf.ts';
import { createTufRepository } from '../../../../tools/tuf/tuf-repository.ts';
import type { LoadedTrustRoot } from './refreshed-source.ts';
import { cacheFolder } from './tuf-cache.ts';
import { tufTrustRoot } from './tuf-trust-root.ts';

const hour = 60 * 60 * 1000;

/** Trust roots that can be told apart by the certificate of their authority. */
const roots = await Promise.all(
  [1, 2, 3].map(async () => Buffer.from((await createTestSigstore()).trustedRootJson)),
);
const [packaged, first, second] = roots as [Buffer, Buffer, Buffer];
const repository = createTufRepository();
const firstRelease = repository.release({ version: 1, targets: { 'trusted_root.json': first } });
const firstTarget = [...firstRelease.keys()].find((path) => path.startsWith('targets/'))!;
const secondRelease = repository.release({ version: 2, targets: { 'trusted_root.json': second } });

let server: TufServer;
let directory: string;
let warnings: string[];

beforeEach(async () => {
  server = await serveTuf(firstRelease);
  directory = await mkdtemp(join(tmpdir(), 'tuf-trust-root-'));
  warnings = [];
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

function load(
  options: { timeout?: number; cacheDirectory?: string; proxy?: string } = {},
): Promise<LoadedTrustRoot> {
  return tufTrustRoot({
    mirrorUrl: server.url,
    seed: { root: repository.root, trustedRoot: packaged },
    cacheDirectory: options.cacheDirectory ?? directory,
    proxies: options.proxy === undefined ? {} : { http: options.proxy },
    warn: (message) => warnings.push(message),
    timeout: options.timeout ?? 10_000,
  });
}

/** Base64 of the certificate by which a root can be told from the others. */
function certificateIn(bytes: Buffer): string {
  const root = TrustedRoot.fromJSON(JSON.parse(bytes.toString()));
  return root.certificateAuthorities[0]!.certChain!.certificates[0]!.rawBytes.toString('base64');
}

/** Which of the roots was loaded. */
function which({ root }: LoadedTrustRoot): 'packaged' | 'first' | 'second' {
  const loaded = certificateIn(Buffer.from(JSON.stringify(TrustedRoot.toJSON(root))));
  const position = roots.findIndex((bytes) => certificateIn(bytes) === loaded);
  return (['packaged', 'first', 'second'] as const)[position]!;
}

async function age(hours: number): Promise<void> {
  const time = new Date(Date.now() - hours * hour);
  await utimes(join(cacheFolder(directory, server.url), 'timestamp.json'), time, time);
}

const unreachable = async (): Promise<void> => {
  await server.close();
};

describe('tufTrustRoot', () => {
  it('takes the root from the repository and keeps it', async () => {
    const loaded = await load();
    expect(which(loaded)).toBe('first');
    expect(loaded.current).toBe(true);
    const folder = cacheFolder(directory, server.url);
    expect((await readdir(folder)).toSorted()).toEqual([
      'root.json',
      'snapshot.json',
      'targets',
      'targets.json',
      'timestamp.json',
    ]);
    expect(await readFile(join(folder, 'targets/trusted_root.json'))).toEqual(first);
    expect((await stat(folder)).mode & 0o077).toBe(0);
    expect(warnings).toEqual([]);
  });

  it('asks nothing for a day, then whether there is anything newer', async () => {
    await load();
    server.requests.length = 0;
    server.files = secondRelease;
    expect(which(await load())).toBe('first');
    expect(server.requests).toEqual([]);
    await age(25);
    expect(which(await load())).toBe('second');
    await age(25);
    server.requests.length = 0;
    expect(which(await load())).toBe('second');
    expect(server.requests).toEqual(['2.root.json', 'timestamp.json']);
    server.requests.length = 0;
    await load();
    expect(server.requests).toEqual([]);
  });

  it('follows the rotation of the root', async () => {
    const newer = repository.rootVersion(2);
    server.files = new Map([...firstRelease, ['2.root.json', newer]]);
    expect(which(await load())).toBe('first');
    const kept = await readFile(join(cacheFolder(directory, server.url), 'root.json'));
    expect(kept.equals(newer)).toBe(true);
  });

  it('goes through the proxy that is set', async () => {
    // The proxy is asked for the whole URL, which is not a path that it serves.
    const proxy = await serveTuf(new Map());
    try {
      await load({ proxy: proxy.url });
      expect(proxy.requests[0]).toContain('2.root.json');
      expect(server.requests).toEqual([]);
    } finally {
      await proxy.close();
    }
  });

  describe('without the repository', () => {
    it('uses the cached root while its metadata are valid', async () => {
      await load();
      await age(48);
      await unreachable();
      const loaded = await load();
      expect(which(loaded)).toBe('first');
      expect(loaded.current).toBe(false);
      expect(warnings).toEqual([
        expect.stringMatching(
          /^cannot update the Sigstore trust root from http:.* ECONNREFUSED .*; the one in .* is used$/,
        ),
      ]);
    });

    it('uses the packaged root if nothing is cached', async () => {
      await unreachable();
      const loaded = await load();
      expect(which(loaded)).toBe('packaged');
      expect(loaded.current).toBe(false);
      expect(warnings).toEqual([
        expect.stringMatching(/^cannot update .*; the one that this program was built with is used$/),
      ]);
      expect(await readdir(directory)).toEqual([]);
    });

    it('uses no cached root of which the metadata have expired', async () => {
      await load();
      const expired = repository.release({
        targets: { 'trusted_root.json': first },
        expires: new Date(Date.now() - hour),
      });
      for (const [path, bytes] of expired) {
        // Without the version or hash that the repository puts before the name.
        const file = path.replace(/(^|\/)[0-9a-f]+\.(?=.+\.)/, '$1');
        await writeFile(join(cacheFolder(directory, server.url), file), bytes);
      }
      await unreachable();
      expect(which(await load())).toBe('packaged');
    });

    it('uses no cached root that is not the signed one', async () => {
      await load();
      await writeFile(join(cacheFolder(directory, server.url), 'targets/trusted_root.json'), second);
      await unreachable();
      expect(which(await load())).toBe('packaged');
    });

    it.each([['silent'], ['drip']] as const)('does not wait for one that is %s', async (mode) => {
      await load();
      await age(48);
      server.mode = mode;
      expect(which(await load({ timeout: 300 }))).toBe('first');
      expect(warnings).toHaveLength(1);
      await rm(directory, { recursive: true });
      expect(which(await load({ timeout: 300 }))).toBe('packaged');
    });
  });

  describe('refuses a repository with', () => {
    const spoilt: [string, () => Map<string, Uint8Array>, RegExp][] = [
      [
        'a target that is not the signed one',
        () => new Map([...firstRelease, [firstTarget, Buffer.from(first).fill(32, 10, 20)]]),
        /Expected hash/,
      ],
      [
        'a target that is too long',
        () => new Map([...firstRelease, [firstTarget, Buffer.concat([first, first])]]),
        /length/,
      ],
      [
        'expired metadata',
        () =>
          repository.release({
            version: 3,
            targets: { 'trusted_root.json': second },
            expires: new Date(Date.now() - hour),
          }),
        /expired/,
      ],
      [
        'metadata that someone else has signed',
        () => createTufRepository().release({ version: 3, targets: { 'trusted_root.json': second } }),
        /was signed by 0\/1 keys/,
      ],
      [
        'a root that someone else has signed',
        () => new Map([...firstRelease, ['2.root.json', createTufRepository().rootVersion(2)]]),
        /was signed by 0\/1 keys/,
      ],
      [
        'no such target',
        () => repository.release({ targets: {} }),
        /the repository has no trusted_root.json/,
      ],
      [
        'a target that is no trust root',
        () => repository.release({ targets: { 'trusted_root.json': Buffer.from('{}') } }),
        /Fulcio certificates not found/,
      ],
    ];
    it.each(spoilt)('%s', async (_, files, message) => {
      server.files = files();
      expect(which(await load())).toBe('packaged');
      expect(warnings.join()).toMatch(message);
    });

    it('older metadata than were seen before', async () => {
      server.files = secondRelease;
      await load();
      await age(48);
      server.files = firstRelease;
      const loaded = await load();
      expect(which(loaded)).toBe('second');
      expect(loaded.current).toBe(false);
      expect(warnings.join()).toMatch(/version 1 is less than current version 2/);
    });
  });

  describe('with a cache that is', () => {
    it.each(['root.json', 'timestamp.json', 'snapshot.json', 'targets.json'])(
      'broken in %s',
      async (file) => {
        await load();
        await writeFile(join(cacheFolder(directory, server.url), file), '{"signed":');
        await age(48);
        expect(which(await load())).toBe('first');
        expect(warnings).toEqual([]);
      },
    );

    it('a file', async () => {
      await writeFile(join(directory, 'cache'), '');
      expect(which(await load({ cacheDirectory: join(directory, 'cache') }))).toBe('first');
      expect(warnings).toEqual([expect.stringMatching(/^cannot keep the Sigstore trust root in .*ENOTDIR/)]);
    });

    it('written by several at once', async () => {
      const loaded = await Promise.all(Array.from({ length: 8 }, () => load()));
      expect(new Set(loaded.map(which))).toEqual(new Set(['first']));
      await unreachable();
      expect(which(await load())).toBe('first');
    });
  });
});
