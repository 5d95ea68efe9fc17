import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guest, kwctl, temporaryFolder } from '../../testing/kwctl.ts';
import { createStore } from '../../testing/store.ts';

const privileged = guest('rust/pod-privileged.wasm');
const nothing = { code: 0, stdout: '', stderr: '' };

test('a file is used where it is', async () => {
  const { environment, root } = createStore({});
  expect(await kwctl(['pull', `file://${privileged}`], { environment })).toEqual(nothing);
  expect(existsSync(root)).toBe(false);
  const { stdout } = await kwctl(['pull', '--format', 'json', `file://${privileged}`]);
  expect(JSON.parse(stdout)).toEqual([
    { uri: `file://${privileged}`, path: privileged, origin: 'present', verified: null },
  ]);
});

test('a file is copied to where the user wants it', async () => {
  const folder = temporaryFolder();
  expect(await kwctl(['pull', '-o', join(folder, 'copy.wasm'), `file://${privileged}`])).toEqual(nothing);
  expect(await kwctl(['pull', '-o', folder, `file://${privileged}`])).toEqual(nothing);
  expect(readdirSync(folder)).toEqual(['copy.wasm', 'pod-privileged.wasm']);
  expect(readFileSync(join(folder, 'copy.wasm'))).toEqual(readFileSync(privileged));
  const { code, stderr } = await kwctl(['pull', '-o', folder, 'file:///nowhere.wasm']);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `Error: cannot copy file:///nowhere.wasm to ${folder}/nowhere.wasm: No such file or directory (os error 2)\n`,
  });
});

test('what the store has is not pulled again', async () => {
  const { environment, path } = createStore({
    'registry/127.0.0.1:1/p:v1': { copyOf: privileged },
    'https/127.0.0.1:1/p.wasm': { copyOf: privileged },
  });
  const uris = ['127.0.0.1:1/p:v1', 'https://127.0.0.1:1/p.wasm'];
  expect(await kwctl(['pull', ...uris], { environment })).toEqual(nothing);
  const { stdout } = await kwctl(['pull', '--format', 'json', ...uris], { environment });
  expect(JSON.parse(stdout)).toMatchObject([
    { uri: 'registry://127.0.0.1:1/p:v1', path: path('registry/127.0.0.1:1/p:v1'), origin: 'present' },
    { uri: 'https://127.0.0.1:1/p.wasm', path: path('https/127.0.0.1:1/p.wasm'), origin: 'present' },
  ]);
});

test('a registry that cannot be reached is named, on a terminal as well', async () => {
  const { environment, root } = createStore({ 'registry/127.0.0.1:1/p:v1': { copyOf: privileged } });
  const before = readdirSync(root, { recursive: true });
  const { code, stdout, stderr } = await kwctl(['pull', '127.0.0.1:1/p:v2'], { environment });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^Error: Fail to interact with OCI registry: .*127\.0\.0\.1:1/);
  const shown = await kwctl(['pull', '127.0.0.1:1/p:v2'], { environment, stderrIsTerminal: true });
  expect(shown.stderr).toContain('Failed to pull policy: Fail to interact with OCI registry: ');
  expect(readdirSync(root, { recursive: true })).toEqual(before);
});

test('several policies do not go into one file', async () => {
  const path = join(temporaryFolder(), 'p.wasm');
  expect(await kwctl(['pull', '-o', path, '127.0.0.1:1/a:v1', '127.0.0.1:1/b:v1'])).toMatchObject({
    code: 1,
    stderr: `Error: --output-path ${path} is no folder, and several policies do not go into one file\n`,
  });
});
