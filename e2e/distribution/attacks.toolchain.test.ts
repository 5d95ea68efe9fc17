import { createHash, generateKeyPairSync } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../tools/registries/fault-proxy.ts';
import { startRegistry, type TestRegistry } from '../../tools/registries/registry.ts';
import { createWorkspace, repository, type Workspace } from './workspace.ts';

const request = join(repository, 'guests/requests/pod-privileged.json');
const signed = join(repository, 'guests/rust/pod-privileged.wasm');
const evil = join(repository, 'guests/rust/raw-mutation.wasm');
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

let registry: TestRegistry;
let proxy: FaultProxy;
let author: Workspace;
let workspace: Workspace;
let uri: string;
let key: string;

beforeAll(async () => {
  registry = await startRegistry();
  proxy = await startFaultProxy(registry);
  author = createWorkspace();
  author.trust(proxy);
  uri = `registry://${proxy.host}/policies/demo:v1`;
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  author.write('signer.pem', keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  key = author.write('signer.pub', keys.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  await author.succeed('push', signed, uri);
  await author.succeed('sign', '--key', 'signer.pem', uri);
});

afterAll(async () => {
  await proxy.stop();
  await registry.stop();
  author.remove();
});

beforeEach(() => {
  workspace = createWorkspace();
  workspace.trust(proxy);
  proxy.reset();
});

afterEach(() => {
  workspace.remove();
});

test('a tag is looked at once: what it means later cannot matter', async () => {
  await workspace.succeed('pull', '-k', key, uri);
  const byTag = proxy.requests.filter(({ url }) => url.endsWith('/manifests/v1'));
  expect(byTag).toHaveLength(1);
});

test('a tag that was moved to something unsigned is refused', async () => {
  const moved = `registry://${proxy.host}/policies/moved:v1`;
  await author.succeed('push', signed, moved);
  await author.succeed('sign', '--key', 'signer.pem', moved);
  await workspace.succeed('pull', '-k', key, moved);
  await author.succeed('push', evil, moved);
  for (const words of [['verify'], ['pull'], ['run', '-r', request]]) {
    const { code, stdout, stderr } = await workspace.kwctl(...words, '-k', key, moved);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`Policy ${moved} cannot be validated\nno signatures found for image: `);
  }
});

test('a file that somebody put in the store is replaced by what was signed', async () => {
  await workspace.succeed('pull', '-k', key, uri);
  const [{ path }] = JSON.parse(await workspace.succeed('policies', '-o', 'json')) as [{ path: string }];
  copyFileSync(evil, path);
  expect((await workspace.kwctl('run', '-k', key, '-r', request, uri)).stdout).toContain('"allowed":false');
  expect(sha256(path)).toBe(sha256(signed));
});

test('the same file, chosen by its digest, is refused', async () => {
  await workspace.succeed('pull', '-k', key, uri);
  const [{ path }] = JSON.parse(await workspace.succeed('policies', '-o', 'json')) as [{ path: string }];
  copyFileSync(evil, path);
  const { code, stdout, stderr } = await workspace.kwctl(
    'run',
    '-k',
    key,
    '-r',
    request,
    sha256(evil).slice(0, 8),
  );
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(
    "The digest of the local file doesn't match with the one reported inside of the signed manifest. " +
      `Got ${sha256(evil)} instead of ${sha256(signed)}`,
  );
});

test('a module that is changed on its way is refused, and nothing is stored', async () => {
  proxy.inject(({ url }) =>
    url.includes(`/blobs/sha256:${sha256(signed)}`) ? { kind: 'corrupt' } : undefined,
  );
  for (const flags of [[], ['-k', key]]) {
    const { code, stdout, stderr } = await workspace.kwctl('pull', ...flags, uri);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/Error: Fail to interact with OCI registry: .*digest/i);
  }
  expect(await workspace.succeed('policies')).toBe('');
});

test('of several policies none is pulled where one is not signed', async () => {
  const unsigned = `registry://${proxy.host}/policies/unsigned:v1`;
  await author.succeed('push', evil, unsigned);
  const { code, stderr } = await workspace.kwctl('pull', '-k', key, uri, unsigned);
  expect(code).toBe(1);
  expect(stderr).toContain(`Policy ${unsigned} cannot be validated`);
  expect(await workspace.succeed('policies')).toBe('');
});
