import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guest, kwctl, temporaryFolder } from '../testing/kwctl.ts';

const privileged = guest('requests/pod-privileged.json');
const rust = guest('rust/pod-privileged.wasm');
const digest = createHash('sha256').update(readFileSync(rust)).digest('hex');

/** A store with one policy, as an earlier download left it. */
function store(folder = 'https/example.com/policies', name = 'pod-privileged.wasm'): Record<string, string> {
  const cache = temporaryFolder();
  const path = join(cache, 'kubewarden/store', folder);
  mkdirSync(path, { recursive: true });
  copyFileSync(rust, join(path, name));
  return { XDG_CACHE_HOME: cache };
}

test.each([
  'https://example.com/policies/pod-privileged.wasm',
  ' https://example.com/policies/pod-privileged.wasm ',
  digest.slice(0, 6),
  `file://${rust}`,
  rust,
])('%j is found without a network', async (policy) => {
  const outcome = await kwctl(['run', '-r', privileged, policy], { environment: store() });
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(outcome.stdout).toContain('Privileged container is not allowed');
});

test.each(['registry://example.com/policies/p:v1', 'example.com/policies/p:v1'])(
  '%s is used from the store',
  async (policy) => {
    const environment = store('registry/example.com/policies', 'p:v1');
    const outcome = await kwctl(['run', '-r', privileged, policy], { environment });
    expect(outcome.stdout).toContain('Privileged container is not allowed');
  },
);

test('a digest means the stored bytes, also where the tag moves', async () => {
  const environment = store('registry/example.com/policies', 'p:latest');
  const outcome = await kwctl(['run', '-r', privileged, digest.slice(0, 8)], { environment });
  expect(outcome.stdout).toContain('Privileged container is not allowed');
});

test.each([
  ['.', ': Is a directory (os error 21)\n'],
  ['0badf00d', 'Cannot find policy with uri: 0badf00d'],
  ['nowhere.wasm', 'Cannot find policy with uri: nowhere.wasm'],
  ['ftp://example.com/p.wasm', 'unknown scheme: ftp'],
  ['registry://127.0.0.1:1/p:v1', 'Fail to interact with OCI registry: '],
  ['127.0.0.1:1/p:v1', 'Fail to interact with OCI registry: '],
])('%s is not: %s', async (policy, message) => {
  const outcome = await kwctl(['run', '-r', privileged, policy], { environment: store() });
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toContain(`Error: `);
  expect(outcome.stderr).toContain(message);
});

test('a policy of the store is not run where the default configuration asks for signatures', async () => {
  const config = temporaryFolder();
  mkdirSync(join(config, 'kubewarden'));
  writeFileSync(
    join(config, 'kubewarden/verification-config.yml'),
    'allOf: [{kind: githubAction, owner: acme}]\n',
  );
  const environment = { ...store(), XDG_CONFIG_HOME: config };
  const stored = await kwctl(['run', '-r', privileged, digest.slice(0, 6)], { environment });
  expect(stored).toMatchObject({ code: 1, stdout: '' });
  expect(stored.stderr).toContain('cannot be validated');
});
