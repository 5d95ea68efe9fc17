import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { watchFiles } from './watch.ts';

describe('watchFiles', () => {
  it('turns many events into few looks', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'watch-')), 'tls.crt');
    let looks = 0;
    const stop = watchFiles([file, `${file}.key`], () => (looks += 1), {
      settleMilliseconds: 200,
      pollMilliseconds: 60_000,
      onWatchError: (folder) => expect.unreachable(folder),
    });
    for (let change = 0; change < 50; change += 1) writeFileSync(file, String(change));
    await expect.poll(() => looks, { timeout: 5_000 }).toBe(1);
    stop();
  });

  it('goes on looking where nothing tells of changes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'watch-'));
    rmSync(folder, { recursive: true });
    let looks = 0;
    const unwatched: string[] = [];
    const stop = watchFiles([join(folder, 'tls.crt')], () => (looks += 1), {
      settleMilliseconds: 10,
      pollMilliseconds: 10,
      onWatchError: (path) => unwatched.push(path),
    });
    await expect.poll(() => looks).toBeGreaterThan(2);
    expect(unwatched).toEqual([folder]);
    stop();
    const after = looks;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(looks).toBe(after);
  });
});
