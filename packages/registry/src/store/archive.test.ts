import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { type Header, pack } from 'tar-stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { plainModule, policyModule } from '../testing/modules.ts';
import { defaultArchiveLimits } from './archive-limits.ts';
import { placeEntry } from './archive-names.ts';
import { listPolicies } from './list.ts';
import { loadPolicies } from './load.ts';
import { createPartialName } from './partial-files.ts';
import { savePolicies } from './save.ts';

const module = plainModule();
const longName = `registry/ghcr.io/${'component/'.repeat(15)}demo@sha256:${'a'.repeat(64)}`;

let folder: string;
let root: string;
let archive: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'));
  root = join(folder, 'store');
  archive = join(folder, 'policies.tar.gz');
});

function put(name: string, content: Uint8Array | string): void {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

type Entry = Partial<Header> & { readonly name: string; readonly content?: Uint8Array };

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const stream = pack();
  for (const { content = module, ...header } of entries) {
    if (header.type === undefined || header.type === 'file') stream.entry(header, Buffer.from(content));
    else stream.entry(header);
  }
  stream.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}

async function writeArchive(...entries: readonly Entry[]): Promise<void> {
  writeFileSync(archive, gzipSync(await tar(entries)));
}

/** All files below the root with their content. */
function content(): Record<string, string> {
  const names = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : [];
  const files = names.filter((name) => statSync(join(root, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(root, name), 'hex')]));
}

describe('savePolicies and loadPolicies', () => {
  it('carry policies from one store to another', async () => {
    put('registry/ghcr.io/acme/demo:v1', policyModule());
    put('https/example.org/p.wasm', module);
    put(longName, module);
    put(`signatures/${createHash('sha256').update(module).digest('hex')}-ab.json`, '{}');
    const before = content();
    put(`signatures/${'0'.repeat(64)}-ab.json`, 'of another module');
    await savePolicies(
      root,
      ['ghcr.io/acme/demo:v1', 'https://example.org/p.wasm ', longName.replace('registry/', '')],
      archive,
    );
    rmSync(root, { recursive: true });
    const loaded = await loadPolicies(root, archive);
    expect(content()).toEqual(before);
    expect(loaded.warnings).toEqual([]);
    expect(loaded.uris).toEqual([
      'registry://ghcr.io/acme/demo:v1',
      'https://example.org/p.wasm',
      longName.replace('/', '://'),
    ]);
    expect((await listPolicies(root)).map(({ uri }) => uri)).toEqual(loaded.uris.toSorted());
  });

  it('carry whatever policies there are', async () => {
    const host = fc.constantFrom('ghcr.io', 'localhost:5000', 'example.org');
    const name = fc.stringMatching(/^[a-z0-9]{1,60}$/);
    const files = fc.dictionary(
      fc
        .tuple(host, fc.array(name, { minLength: 1, maxLength: 6 }))
        .map(([h, parts]) => `${h}/${parts.join('/')}:v1`),
      fc.uint8Array({ maxLength: 2000 }),
      { maxKeys: 5 },
    );
    await fc.assert(
      fc.asyncProperty(files, async (policies) => {
        rmSync(root, { recursive: true, force: true });
        for (const [reference, bytes] of Object.entries(policies)) put(`registry/${reference}`, bytes);
        const before = content();
        await savePolicies(root, Object.keys(policies), archive);
        rmSync(root, { recursive: true, force: true });
        await loadPolicies(root, archive);
        expect(content()).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });
});

describe('savePolicies', () => {
  it('writes plain files called as in the store', async () => {
    put('registry/localhost:5000/demo:latest', module);
    await savePolicies(root, ['localhost:5000/demo', 'registry://localhost:5000/demo:latest'], archive);
    const bytes = gunzipSync(readFileSync(archive));
    expect(bytes.subarray(0, 100).toString().replaceAll('\0', '')).toBe(
      'registry/localhost:5000/demo:latest',
    );
    expect(bytes[156]).toBe('0'.charCodeAt(0));
    expect(bytes.subarray(512, 512 + module.byteLength)).toEqual(Buffer.from(module));
  });

  it.each([
    ['ghcr.io/missing:v1', 'cannot find policy ghcr.io/missing:v1: it is not in the store'],
    ['file:///tmp/p.wasm', 'cannot find policy file:///tmp/p.wasm: unknown scheme: file'],
    ['ftp://x/y', 'cannot find policy ftp://x/y: unknown scheme: ftp'],
  ])('refuses %s and leaves no archive', async (uri, message) => {
    put('registry/ghcr.io/demo:v1', module);
    await expect(savePolicies(root, ['ghcr.io/demo:v1', uri], archive)).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual(['store']);
  });

  it('says when the archive or a file cannot be had', async () => {
    put('registry/ghcr.io/demo:v1', module);
    const elsewhere = join(folder, 'missing/policies.tar.gz');
    await expect(savePolicies(root, ['ghcr.io/demo:v1'], elsewhere)).rejects.toThrow(
      new RegExp(`^cannot create file ${elsewhere}: ENOENT`),
    );
    const signature = `signatures/${createHash('sha256').update(module).digest('hex')}-ab.json`;
    put(`${signature}/folder`, '');
    await expect(savePolicies(root, ['ghcr.io/demo:v1'], archive)).rejects.toThrow(
      `cannot append policy ${signature} to tar file: EISDIR`,
    );
    expect(readdirSync(folder)).toEqual(['store']);
  });
});

describe('savePolicies where there is something already', () => {
  it('follows a link', async () => {
    put('registry/ghcr.io/demo:v1', module);
    const target = join(folder, 'target.tar.gz');
    writeFileSync(target, 'old');
    symlinkSync(target, archive);
    await savePolicies(root, ['ghcr.io/demo:v1'], archive);
    expect(lstatSync(archive).isSymbolicLink()).toBe(true);
    expect(gunzipSync(readFileSync(target)).subarray(512, 516)).toEqual(Buffer.from('\0asm'));
  });

  it('writes into a device, and tells its error', async () => {
    put('registry/ghcr.io/demo:v1', module);
    // A name of our own: whatever goes wrong, the device of everybody stays.
    symlinkSync('/dev/full', archive);
    await expect(savePolicies(root, ['ghcr.io/demo:v1'], archive)).rejects.toThrow(
      new RegExp(`^cannot create file ${archive}: ENOSPC`),
    );
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  });
});

describe('loadPolicies', () => {
  it('replaces files, takes the last of equal names, and skips folders and what no store has', async () => {
    put('registry/ghcr.io/demo:v1', 'old');
    put('registry/ghcr.io/other:v1', 'kept');
    await writeArchive(
      { name: './', type: 'directory' },
      { name: 'registry/', type: 'directory' },
      { name: './registry/ghcr.io/demo:v1', content: Buffer.from('first') },
      { name: 'registry/ghcr.io/demo:v1' },
      { name: 'https/example.org/page', content: Buffer.from('<html>') },
      { name: 'file/home/me/p.wasm' },
      { name: 'registry/stray' },
      { name: 'README' },
    );
    const { uris, warnings } = await loadPolicies(root, archive);
    expect(uris).toEqual(['registry://ghcr.io/demo:v1', 'https://example.org/page']);
    expect(warnings).toEqual([
      'entry "./registry/ghcr.io/demo:v1" is no WebAssembly module',
      'entry "https/example.org/page" is no WebAssembly module',
      'entry "file/home/me/p.wasm" is passed over: it belongs to no part of a store',
      'entry "registry/stray" is passed over: it belongs to no part of a store',
      'entry "README" is passed over: it belongs to no part of a store',
    ]);
    expect(content()).toEqual({
      'registry/ghcr.io/demo:v1': Buffer.from(module).toString('hex'),
      'registry/ghcr.io/other:v1': Buffer.from('kept').toString('hex'),
      'https/example.org/page': Buffer.from('<html>').toString('hex'),
    });
  });

  const good: Entry = { name: 'registry/ghcr.io/good:v1' };
  const inStore = 'registry/ghcr.io/there/demo:v1';
  const refused: [string, readonly Entry[], string][] = [
    ['..', [{ name: 'registry/ghcr.io/../../../etc/passwd' }], 'its name leads out of the store'],
    ['.. of a folder', [{ name: '../', type: 'directory' }], 'its name leads out of the store'],
    ['an absolute name', [{ name: '/etc/passwd' }], 'its name is absolute'],
    ['an empty part', [{ name: 'registry//x/y' }], 'its name has an empty part'],
    ['a dot as a part', [{ name: 'registry/./x/y' }], 'its name has an empty part'],
    ['a symbolic link', [{ name: 'registry/ghcr.io/x', type: 'symlink', linkname: '/etc' }], 'but symlink'],
    ['a hard link', [{ name: 'registry/ghcr.io/x', type: 'link', linkname: '/etc/passwd' }], 'but link'],
    ['a link elsewhere', [{ name: 'README', type: 'symlink', linkname: '/etc' }], 'but symlink'],
    ['a device', [{ name: 'registry/ghcr.io/x', type: 'character-device' }], 'but character-device'],
    ['a pipe', [{ name: 'registry/ghcr.io/x', type: 'fifo' }], 'but fifo'],
    ['a long name', [{ name: `registry/${'a/'.repeat(31)}${'b'.repeat(1000)}` }], 'longer than 1024 bytes'],
    ['a long part', [{ name: `registry/ghcr.io/${'b'.repeat(256)}` }], 'longer than 255 bytes'],
    ['many folders', [{ name: `registry/${'a/'.repeat(64)}b` }], 'deeper than 64 folders'],
    ['an incomplete file', [{ name: `registry/h/${createPartialName()}` }], 'that of an incomplete file'],
    ['a file below a file', [{ name: 'registry/ghcr.io/good:v1/x' }], 'registry/ghcr.io/good:v1 is a file'],
    ['a file below a stored file', [{ name: `${inStore}/x` }], `${inStore} is a file`],
    ['a file that is a stored folder', [{ name: 'registry/ghcr.io/there' }], 'it is a folder in the store'],
  ];
  it.each(refused)('refuses %s and changes nothing', async (_what, entries, reason) => {
    put(inStore, module);
    const before = content();
    await writeArchive(good, ...entries, { name: 'registry/ghcr.io/last:v1' });
    const name = JSON.stringify(entries[0]!.name);
    const failure = await loadPolicies(root, archive).catch((error: unknown) => error as Error);
    expect(failure).toHaveProperty('name', 'PolicyArchiveError');
    expect((failure as Error).message).toMatch(`cannot unpack file ${archive}: entry ${name} is refused: `);
    expect((failure as Error).message).toContain(reason);
    expect(content()).toEqual(before);
    expect(readdirSync(root)).toEqual(['registry']);
    expect(readdirSync(folder).toSorted()).toEqual(['policies.tar.gz', 'store']);
  });

  it('bounds what it unpacks', async () => {
    expect(defaultArchiveLimits).toEqual({
      maximumEntries: 10_000,
      maximumEntryBytes: 268_435_456,
      maximumTotalBytes: 8_589_934_592,
    });
    const entries = ['a', 'b', 'c'].map((name) => ({
      name: `registry/ghcr.io/${name}`,
      content: new Uint8Array(10_000),
    }));
    await writeArchive(...entries);
    const refusal = (limits: Partial<typeof defaultArchiveLimits>): Promise<string> =>
      loadPolicies(root, archive, { ...defaultArchiveLimits, ...limits }).then(
        () => 'accepted',
        (error: Error) => error.message.slice(`cannot unpack file ${archive}: `.length),
      );
    expect(await refusal({ maximumEntries: 2 })).toBe(
      'entry "registry/ghcr.io/c" is refused: it is one of more than 2',
    );
    expect(await refusal({ maximumEntryBytes: 9_999 })).toBe(
      'entry "registry/ghcr.io/a" is refused: it is larger than 9999 bytes',
    );
    expect(await refusal({ maximumTotalBytes: 29_999 })).toBe(
      'entry "registry/ghcr.io/c" is refused: with it the content is larger than 29999 bytes',
    );
    expect(content()).toEqual({});
    const limits = { maximumEntries: 3, maximumEntryBytes: 10_000, maximumTotalBytes: 30_000 };
    expect(await refusal(limits)).toBe('accepted');

    // Blocks of zeros, of which tar has some at its end, unpack a thousandfold.
    writeFileSync(archive, gzipSync(Buffer.concat([await tar(entries), new Uint8Array(200_000)])));
    expect(await refusal(limits)).toBe('it unpacks to more than 107824 bytes');
  });

  it('does not believe a size', async () => {
    const bytes = await tar([{ name: 'registry/ghcr.io/a', content: new Uint8Array(10) }]);
    const header = bytes.subarray(0, 512);
    header.write('77777777777\0', 124);
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    writeFileSync(archive, gzipSync(bytes));
    await expect(loadPolicies(root, archive)).rejects.toThrow('it is larger than 268435456 bytes');
  });

  it('refuses what is no whole archive and changes nothing', async () => {
    await expect(loadPolicies(root, archive)).rejects.toThrow(`cannot open file ${archive}: ENOENT`);
    for (const bytes of [Buffer.alloc(0), Buffer.from('no archive'), gzipSync('no tar'.repeat(200))]) {
      writeFileSync(archive, bytes);
      await expect(loadPolicies(root, archive)).rejects.toThrow(`cannot unpack file ${archive}: `);
    }
    const large = {
      name: 'registry/ghcr.io/b',
      content: fc.sample(fc.uint8Array({ minLength: 5000 }), 1)[0]!,
    };
    await writeArchive(good, large);
    truncateSync(archive, statSync(archive).size - 2000);
    await expect(loadPolicies(root, archive)).rejects.toThrow('unexpected end of file');
    writeFileSync(archive, gzipSync((await tar([good, large])).subarray(0, 3000)));
    await expect(loadPolicies(root, archive)).rejects.toThrow('Unexpected end of data');
    expect(content()).toEqual({});
  });

  it('removes what a killed process was unpacking long ago', async () => {
    const left = join(root, createPartialName());
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, '1'), '');
    utimesSync(left, 0, 0);
    await writeArchive(good);
    await loadPolicies(root, archive);
    expect(readdirSync(root)).toEqual(['registry']);
  });
});

describe('names of entries on Windows', () => {
  it.each(['registry/c:/x', 'registry/a\\..\\..\\b/x', 'registry/Z2hjci5pbw/con.txt'])(
    'refuse %s',
    (name) => {
      expect(placeEntry(name, 'win32')).toMatchObject({ kind: 'refused' });
    },
  );

  it('are encoded', () => {
    expect(placeEntry('registry/Z2hjci5pbw/ZGVtbzp2MQ', 'win32')).toMatchObject({ kind: 'accepted' });
  });
});
