import { describe, expect, it } from 'vitest';
import type { IndexEntry } from './manifest.ts';
import { entryForThisPlatform } from './platform.ts';

function entry(os: string, architecture: string, variant?: string): IndexEntry {
  const platform = { os, architecture, ...(variant !== undefined && { variant }) };
  return { mediaType: 'm', digest: `${os}/${architecture}`, size: 1, platform };
}

describe('entryForThisPlatform', () => {
  const entries = [
    { mediaType: 'm', digest: 'none', size: 1 },
    entry('linux', 'arm64', 'v8'),
    entry('linux', 'amd64'),
    entry('windows', 'amd64'),
    entry('linux', '386'),
    entry('darwin', 'arm64'),
  ];

  it.each([
    ['linux', 'x64', 'linux/amd64'],
    ['linux', 'arm64', 'linux/arm64'],
    ['linux', 'ia32', 'linux/386'],
    ['win32', 'x64', 'windows/amd64'],
    ['darwin', 'arm64', 'darwin/arm64'],
    ['linux', 's390x', undefined],
  ])('for %s on %s', (platform, arch, digest) => {
    expect(entryForThisPlatform(entries, { platform, arch })?.digest).toBe(digest);
  });
});
