import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publicGoodTrustRoot } from './public-good-trust-root.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'public-good-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('publicGoodTrustRoot', () => {
  it('falls back to what it was built with, and says so once', async () => {
    const warnings: string[] = [];
    const source = publicGoodTrustRoot({
      cacheDirectory: join(directory, 'cache'),
      // Nothing listens there.
      proxies: { https: 'http://127.0.0.1:1' },
      warn: (message) => warnings.push(message),
    });
    expect(await readdir(directory)).toEqual([]);
    expect(warnings).toEqual([]);
    const [root, again] = await Promise.all([source(), source()]);
    expect(again).toBe(root);
    expect(root.certificateAuthorities.map(({ uri }) => uri)).toContain('https://fulcio.sigstore.dev');
    expect(root.tlogs.map(({ baseUrl }) => baseUrl)).toContain('https://rekor.sigstore.dev');
    expect(root.ctlogs).not.toHaveLength(0);
    expect(root.timestampAuthorities).not.toHaveLength(0);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^cannot update the Sigstore trust root from https:\/\/tuf-repo-cdn\.sigstore\.dev: .*ECONNREFUSED.*; the one that this program was built with is used$/,
      ),
    ]);
  });
});
