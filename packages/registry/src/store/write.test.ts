import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PolicyStoreError } from '../errors.ts';
import { createPartialName } from './partial-files.ts';
import { writeAtomically } from './write.ts';

const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'write-'));

async function* failing(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1_000_000);
  await Promise.resolve();
  throw new TypeError('the source fails');
}

describe('writeAtomically', () => {
  it('makes folders, keeps the order of the pieces and leaves nothing else', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'registry/ghcr.io/p:v1');
    const pieces = Array.from({ length: 300 }, (_, index) => Buffer.alloc(3000, index));
    await writeAtomically(path, pieces);
    expect(readFileSync(path)).toEqual(Buffer.concat(pieces));
    expect(readdirSync(join(folder, 'registry/ghcr.io'))).toEqual(['p:v1']);
  });

  it('passes the error of the source on, keeps the old file and leaves nothing', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'p');
    writeFileSync(path, 'old');
    await expect(writeAtomically(path, failing())).rejects.toThrow(new TypeError('the source fails'));
    expect(readFileSync(path, 'utf8')).toBe('old');
    await expect(writeAtomically(join(folder, 'a/b/p'), failing())).rejects.toThrow('the source fails');
    expect(readdirSync(folder)).toEqual(['p']);
  });

  it('says what is wrong with the place', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));
    for (const name of ['file/p', 'folder']) {
      const path = join(folder, name);
      const failure = await writeAtomically(path, [new Uint8Array(1)]).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(PolicyStoreError);
      expect((failure as Error).message).toMatch(`wasm module cannot be saved to "${path}": E`);
    }
    expect(readdirSync(folder).toSorted()).toEqual(['file', 'folder']);
    await expect(writeAtomically(join(folder, 'missing/p'), [], 'given')).rejects.toThrow('ENOENT');
    expect(existsSync(join(folder, 'missing'))).toBe(false);
  });

  it('leaves nothing when the file cannot become so large', async () => {
    const folder = temporaryFolder();
    const script =
      `import { writeAtomically } from ${JSON.stringify(new URL('write.ts', import.meta.url).href)};` +
      `await writeAtomically(${JSON.stringify(join(folder, 'p'))}, [new Uint8Array(2_000_000)])` +
      '.catch((error) => console.log(error.name, error.message));';
    const limited = `trap '' XFSZ; ulimit -f 64; exec "$0" --input-type=module -e "$1"`;
    const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, script]);
    expect(stdout).toMatch('PolicyStoreError wasm module cannot be saved to');
    expect(stdout).toMatch('EFBIG: file too large');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(existsSync('/proc/self'))('says so where no folder can be made', async () => {
    await expect(writeAtomically('/proc/nowhere/a/p', [new Uint8Array(1)])).rejects.toThrow(
      'wasm module cannot be saved to "/proc/nowhere/a/p": ENOENT',
    );
  });

  it('leaves nothing when the process exits in the middle', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'other'), 'stays');
    const script =
      `import { writeAtomically } from ${JSON.stringify(new URL('write.ts', import.meta.url).href)};` +
      `import { readdirSync } from 'node:fs';` +
      `const exit = async function* () { yield new Uint8Array(9); ` +
      `console.log(readdirSync(${JSON.stringify(join(folder, 'a/b'))}).length); process.exit(7); };` +
      `await writeAtomically(${JSON.stringify(join(folder, 'a/b/p'))}, exit());`;
    const ended = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    await expect(ended).rejects.toMatchObject({ code: 7, stdout: '1\n' });
    expect(readdirSync(folder)).toEqual(['other']);
  });

  it('is whole whoever writes at the same time', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a/b/p');
    const contents = Array.from({ length: 8 }, (_, index) => Buffer.alloc(700_000, index));
    await Promise.all(contents.map((content) => writeAtomically(path, [content, content])));
    const written = readFileSync(path);
    expect(written.byteLength).toBe(1_400_000);
    expect(new Set(written).size).toBe(1);
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['p']);
  });

  it('removes what killed processes left long ago, and nothing that may be in use', async () => {
    const folder = temporaryFolder();
    const [old, young] = [createPartialName(), createPartialName()];
    for (const name of [old, young, '.partial']) writeFileSync(join(folder, name), '');
    utimesSync(join(folder, old), 0, 0);
    utimesSync(join(folder, '.partial'), 0, 0);
    await writeAtomically(join(folder, 'p'), [new Uint8Array(1)]);
    expect(readdirSync(folder).toSorted()).toEqual([young, '.partial', 'p'].toSorted());
  });

  it('replaces a link, not what it points to', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'target'), 'mine');
    chmodSync(join(folder, 'target'), 0o600);
    symlinkSync('target', join(folder, 'p'));
    await writeAtomically(join(folder, 'p'), [Buffer.from('new')]);
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, 'p'), 'utf8')).toBe('new');
  });
});
