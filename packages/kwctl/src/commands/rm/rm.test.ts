import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { guest, kwctl } from '../../testing/kwctl.ts';
import { createStore, type TestStore } from '../../testing/store.ts';

const privileged = guest('rust/pod-privileged.wasm');
const digest = createHash('sha256').update(readFileSync(privileged)).digest('hex');
const nothing = { code: 0, stdout: '', stderr: '' };

function store(): TestStore {
  return createStore({
    'registry/ghcr.io/acme/a:v1': { copyOf: privileged },
    'https/example.com/policies/p.wasm': { copyOf: guest('rust/context-aware.wasm') },
  });
}

test.each([
  'registry://ghcr.io/acme/a:v1',
  'ghcr.io/acme/a:v1',
  digest.slice(0, 4),
  ' registry://ghcr.io/acme/a:v1 ',
])('%j is removed, with the folders that it leaves empty', async (policy) => {
  const { environment, path } = store();
  expect(await kwctl(['rm', policy], { environment })).toEqual(nothing);
  expect(existsSync(path('registry'))).toBe(false);
  expect(existsSync(path('https/example.com/policies/p.wasm'))).toBe(true);
});

test('several at once, as JSON', async () => {
  const { environment, path } = store();
  const words = [
    'rm',
    '-o',
    'json',
    digest.slice(0, 4),
    'https://example.com/policies/p.wasm',
    digest.slice(0, 6),
  ];
  const { stdout } = await kwctl(words, { environment });
  expect(JSON.parse(stdout)).toEqual([
    { uri: 'registry://ghcr.io/acme/a:v1', path: path('registry/ghcr.io/acme/a:v1') },
    { uri: 'https://example.com/policies/p.wasm', path: path('https/example.com/policies/p.wasm') },
  ]);
  expect((await kwctl(['policies'], { environment })).stdout).toBe('');
});

test.each([
  ['non-existing', 'Cannot find policy with uri: registry://docker.io/library/non-existing:latest'],
  ['registry://ghcr.io/acme/a:v2', 'Cannot find policy with uri: registry://ghcr.io/acme/a:v2'],
  ['ftp://example.com/p.wasm', 'unknown scheme: ftp'],
  [privileged, `unknown scheme: file`],
  ['NOT A REFERENCE', 'Cannot find policy with uri: NOT A REFERENCE'],
])('%s is not there: nothing is removed', async (policy, message) => {
  const { environment, path } = store();
  const outcome = await kwctl(['rm', 'registry://ghcr.io/acme/a:v1', policy], { environment });
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toContain(`Error: ${message}`);
  expect(existsSync(path('registry/ghcr.io/acme/a:v1'))).toBe(true);
});
