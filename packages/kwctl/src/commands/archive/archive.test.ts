import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { file, guest, kwctl, temporaryFolder } from '../../testing/kwctl.ts';
import { createStore, type TestStore } from '../../testing/store.ts';

const privileged = guest('rust/pod-privileged.wasm');
const digest = createHash('sha256').update(readFileSync(privileged)).digest('hex');
const uris = ['registry://ghcr.io/acme/a:v1', 'https://example.com/policies/p.wasm'] as const;
const nothing = { code: 0, stdout: '', stderr: '' };

function store(): TestStore {
  return createStore({
    'registry/ghcr.io/acme/a:v1': { copyOf: privileged },
    'https/example.com/policies/p.wasm': { copyOf: guest('rust/context-aware.wasm') },
  });
}

test('what is saved is loaded, here and elsewhere', async () => {
  const { environment } = store();
  const archive = join(temporaryFolder(), 'policies.tar.gz');
  // As the scripts for machines without network have it: the policies before the option.
  expect(await kwctl(['save', ...uris, '--output', archive], { environment })).toEqual(nothing);
  const elsewhere = createStore({});
  expect(await kwctl(['load', '--input', archive], { environment: elsewhere.environment })).toEqual(nothing);
  const { stdout } = await kwctl(['policies', '-o', 'json'], { environment: elsewhere.environment });
  expect((JSON.parse(stdout) as { uri: string }[]).map(({ uri }) => uri)).toEqual(uris.toSorted());
  expect(readFileSync(elsewhere.path('registry/ghcr.io/acme/a:v1'))).toEqual(readFileSync(privileged));
});

test('both say in JSON what they did', async () => {
  const { environment } = store();
  const archive = join(temporaryFolder(), 'policies.tar.gz');
  const words = ['save', '-o', archive, '--format', 'json', digest.slice(0, 5), uris[0], uris[1]];
  const policies = uris.map((uri) => ({ uri }));
  expect(JSON.parse((await kwctl(words, { environment })).stdout)).toEqual({ path: archive, policies });
  const loaded = await kwctl(['load', '--input', archive, '-o', 'json']);
  expect(JSON.parse(loaded.stdout)).toEqual({ path: archive, policies });
});

describe('save', () => {
  test.each([
    [
      'registry://ghcr.io/acme/a:v2',
      'cannot find policy registry://ghcr.io/acme/a:v2: Cannot find policy with uri',
    ],
    [privileged, `cannot find policy ${privileged}: unknown scheme: file`],
    ['ftp://example.com/p', 'cannot find policy ftp://example.com/p: unknown scheme: ftp'],
  ])('%s cannot be saved, and no archive is left', async (policy, message) => {
    const { environment } = store();
    const folder = temporaryFolder();
    const { code, stdout, stderr } = await kwctl(['save', '-o', join(folder, 'a.tar.gz'), uris[0], policy], {
      environment,
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`Error: ${message}`);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a file that cannot be written is named', async () => {
    const { environment } = store();
    const { code, stderr } = await kwctl(['save', '-o', '/nowhere/a.tar.gz', uris[0]], { environment });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: cannot create file \/nowhere\/a\.tar\.gz: .*no such file/i);
  });

  test('a full disk is told, once', async () => {
    const { environment } = store();
    const { code, stderr } = await kwctl(['save', '-o', '/dev/full', uris[0]], { environment });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: cannot create file \/dev\/full: /);
  });

  test('needs policies and a file', async () => {
    expect((await kwctl(['save'])).stderr).toContain(
      'error: the following required arguments were not provided:\n  --output <FILE>\n  <policies>...\n',
    );
  });
});

describe('load', () => {
  test.each([
    ['is not there', '/nowhere.tar.gz', 'cannot open file /nowhere.tar.gz: '],
    ['is something else', file('a.tar.gz', 'something else'), 'cannot unpack file '],
    [
      'is cut off',
      file('b.tar.gz', gzipSync(tar('registry/ghcr.io/acme/a:v1', 'x')).subarray(0, 40)),
      'cannot unpack file ',
    ],
    [
      'climbs out of the store',
      file('c.tar.gz', gzipSync(tar('registry/../../outside', 'x'))),
      'cannot unpack file ',
    ],
    ['is absolute', file('d.tar.gz', gzipSync(tar('/registry/ghcr.io/p', 'x'))), 'cannot unpack file '],
  ])('an archive that %s is refused, and the store is as it was', async (_what, path, message) => {
    const { root, environment } = store();
    const before = readdirSync(root, { recursive: true });
    const { code, stdout, stderr } = await kwctl(['load', '--input', path], { environment });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`Error: ${message}`);
    expect(stderr).toContain(path);
    expect(readdirSync(root, { recursive: true })).toEqual(before);
    expect(existsSync(join(root, '../outside'))).toBe(false);
  });

  test('what is no module is loaded as in the original, with a warning', async () => {
    const path = file('a.tar.gz', gzipSync(tar('registry/ghcr.io/acme/a:v1', 'no module')));
    const { code, stderr } = await kwctl(['load', '--input', path]);
    expect(code).toBe(0);
    expect(stderr).toContain('is no WebAssembly module');
  });
});

/** A tar archive with one file. */
function tar(name: string, content: string): Uint8Array {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  const body = Buffer.alloc(512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
}
