import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from '../../tools/registries/registry.ts';
import { createWorkspace, repository, type Outcome, type Workspace } from './workspace.ts';

const module = join(repository, 'guests/rust/pod-privileged.wasm');
const request = join(repository, 'guests/requests/pod-plain.json');
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

let registry: TestRegistry;
let locked: TestRegistry;
let workspace: Workspace;

beforeAll(async () => {
  registry = await startRegistry();
  locked = await startRegistry({ auth: 'htpasswd' });
  const author = createWorkspace();
  author.trust(registry);
  for (const tag of ['v1', 'v2']) await author.succeed('push', module, `${registry.host}/good:${tag}`);
  author.remove();
});

afterAll(async () => {
  await registry.stop();
  await locked.stop();
});

beforeEach(async () => {
  workspace = createWorkspace();
  workspace.write(
    '.config/kubewarden/sources.yaml',
    JSON.stringify({ insecure_sources: [registry.host, locked.host] }),
  );
  // Something that has to be there afterwards as it was before.
  await workspace.succeed('pull', `${registry.host}/good:v1`);
});

afterEach(() => workspace.remove());

const stored = (): ReadonlySet<string | Buffer> =>
  new Set(readdirSync(workspace.store, { recursive: true }).filter((name) => name !== '.index.json'));

/** One error, that says all of this; the store as it was. */
async function refuses(run: () => Promise<Outcome>, ...texts: (string | RegExp)[]): Promise<void> {
  const before = stored();
  const { code, stdout, stderr } = await run();
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  for (const text of texts) expect(stderr).toMatch(text);
  expect(stderr.match(/^Error: /gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
  expect(stored()).toEqual(before);
}

const good = (): string => `registry://${registry.host}/good:v2`;

async function putBlob(content: string): Promise<{ digest: string; size: number }> {
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const begun = await fetch(`${registry.url}/v2/bad/blobs/uploads/`, { method: 'POST' });
  const location = new URL(begun.headers.get('location')!, registry.url);
  location.searchParams.set('digest', digest);
  await fetch(location, { method: 'PUT', body: content });
  return { digest, size: content.length };
}

async function putManifest(tag: string, mediaType: string, manifest: object): Promise<string> {
  const url = `${registry.url}/v2/bad/manifests/${tag}`;
  const body = JSON.stringify({ schemaVersion: 2, ...manifest });
  const { status } = await fetch(url, { method: 'PUT', body, headers: { 'content-type': mediaType } });
  if (status !== 201) throw new Error(`${url} answered ${status}`);
  return `registry://${registry.host}/bad:${tag}`;
}

describe('references', () => {
  test.each([
    ['registry://example.com/UPPER/Case:v1', /invalid reference format|invalid URL/],
    ['registry://example.com/p:', /invalid/],
    [`registry://example.com/p@sha256:${'a'.repeat(32)}`, /invalid checksum digest length/],
    ['ftp://example.com/p.wasm', /unknown scheme: ftp/],
    ['https://', /invalid URL/],
  ])('%s is none', async (reference, text) => {
    await refuses(() => workspace.kwctl('pull', reference), text);
    await refuses(() => workspace.kwctl('run', '-r', request, reference), text);
  });

  test.each(['https://example.com/p.wasm', 'file:///p.wasm', 'http://example.com/p.wasm'])(
    '%s is in no registry',
    async (reference) => {
      const text = /Invalid OCI image reference: invalid reference format/;
      await refuses(() => workspace.kwctl('digest', reference), text);
      await refuses(() => workspace.kwctl('push', module, reference), text);
      await refuses(() => workspace.kwctl('verify', '--github-owner', 'acme', reference), text, reference);
    },
  );
});

describe('what a registry holds', () => {
  test('nothing of that name', async () => {
    const uri = `registry://${registry.host}/missing:v1`;
    for (const command of ['pull', 'digest']) {
      await refuses(() => workspace.kwctl(command, uri), registry.host, /manifest unknown|not found|404/i);
    }
  });

  test('no module', async () => {
    const layer = { ...(await putBlob('text')), mediaType: 'text/plain' };
    const config = { ...(await putBlob('{}')), mediaType: 'application/vnd.wasm.config.v1+json' };
    const foreign = await putManifest('foreign', manifestType, { config, layers: [layer] });
    await refuses(() => workspace.kwctl('pull', foreign), 'Incompatible layer media type: text/plain');
    const wasm = { ...layer, mediaType: 'application/vnd.wasm.content.layer.v1+wasm' };
    const text = await putManifest('text', manifestType, { config, layers: [wasm] });
    await refuses(() => workspace.kwctl('pull', text), 'invalid wasm file');
    const two = await putManifest('two', manifestType, { config, layers: [wasm, wasm] });
    await refuses(() => workspace.kwctl('pull', two), 'layer');
    const none = await putManifest('none', manifestType, { config, layers: [] });
    await refuses(() => workspace.kwctl('pull', none), 'No layers to pull');
  });

  test('an index without a child for this machine', async () => {
    const response = await fetch(`${registry.url}/v2/good/manifests/v1`, {
      headers: { accept: manifestType },
    });
    const manifest = await response.text();
    await putBlob(manifest);
    const config = { ...(await putBlob('{}')), mediaType: 'application/vnd.wasm.config.v1+json' };
    await putManifest('child', manifestType, { config, layers: [] });
    const child = await fetch(`${registry.url}/v2/bad/manifests/child`, {
      headers: { accept: manifestType },
    });
    const bytes = await child.text();
    const uri = await putManifest('index', indexType, {
      manifests: [
        {
          mediaType: manifestType,
          digest: child.headers.get('docker-content-digest'),
          size: bytes.length,
          platform: { os: 'plan9', architecture: 'mips' },
        },
      ],
    });
    await refuses(() => workspace.kwctl('pull', uri), /no entry found in image index manifest/);
  });
});

describe('files of the user', () => {
  test('sources that cannot be read', async () => {
    for (const command of [['pull'], ['digest'], ['run', '-r', request]]) {
      await refuses(
        () => workspace.kwctl(...command, '--sources-path', '/nowhere.yaml', good()),
        /\/nowhere\.yaml/,
      );
    }
    const broken = workspace.write(
      'broken.yaml',
      'source_authorities: {h: [{type: Data, data: no certificate}]}',
    );
    await refuses(
      () => workspace.kwctl('pull', '--sources-path', broken, good()),
      'Invalid certificate: Raw certificate is not in PEM nor in DER encoding',
      broken,
    );
  });

  test('a verification file that cannot be read', async () => {
    for (const command of [['pull'], ['verify'], ['run', '-r', request]]) {
      const words = [...command, '--verification-config-path', '/nowhere.yml', good()];
      await refuses(
        () => workspace.kwctl(...words),
        'failed to read verification file: No such file or directory',
      );
    }
    const empty = workspace.write('empty.yml', 'apiVersion: v1\n');
    await refuses(
      () => workspace.kwctl('pull', '--verification-config-path', empty, good()),
      'config is missing signatures in both allOf and anyOff list',
    );
    workspace.write('.config/kubewarden/verification-config.yml', 'apiVersion: v1\nallOf: 5\n');
    await refuses(() => workspace.kwctl('pull', good()), 'verification-config.yml');
  });

  test('credentials that a helper does not give', async () => {
    workspace.write('.docker/config.json', JSON.stringify({ credHelpers: { [locked.host]: 'dead' } }));
    await refuses(() => workspace.kwctl('pull', `${locked.host}/p:v1`), /Not authorized/i, locked.host);
  });

  test('a Docker configuration that is not where it is said to be', async () => {
    await refuses(
      () => workspace.kwctl('digest', '--docker-config-json-path', '/nowhere', `${locked.host}/good:v1`),
      'Docker config file not found. Check if you are pointing to the directory containing the file. The file path should be /nowhere/config.json.',
      /Not authorized/i,
    );
  });

  test('an attachment that is not what it is said to be', async () => {
    const file = workspace.write('sbom.json', '{}');
    await refuses(
      () => workspace.kwctl('attach', `${registry.host}/good:v1`, file, '--type', 'spdx'),
      `${file} is not what --type spdx says it is`,
    );
    await refuses(
      () => workspace.kwctl('attach', `${registry.host}/good:v1`, '/nowhere', '--type', 'spdx'),
      'cannot read file /nowhere: No such file or directory',
    );
  });
});

describe('this machine', () => {
  test('a disk that is full', async () => {
    await workspace.succeed('rm', `${registry.host}/good:v1`);
    mkdirSync(workspace.store, { recursive: true });
    // The module has some 4 kB.
    await refuses(
      () => workspace.restricted({ fileBlocks: 1 }, 'pull', `${registry.host}/good:v1`),
      'cannot be saved to',
    );
    const full = join(workspace.folder, 'full.wasm');
    symlinkSync('/dev/full', full);
    await refuses(
      () => workspace.kwctl('pull', '-o', full, `${registry.host}/good:v1`),
      full,
      /ENOSPC|No space left/,
    );
  });

  test('a store that belongs to somebody else', async () => {
    chmodSync(workspace.folder, 0o755);
    chmodSync(join(workspace.folder, '.cache'), 0o755);
    for (const name of ['registry', `registry/${registry.host}`, '.'])
      chmodSync(join(workspace.store, name), 0o555);
    const stranger = { stranger: true };
    await refuses(
      () => workspace.restricted(stranger, 'pull', `${registry.host}/good:v2`),
      /EACCES|Permission denied/,
      workspace.store,
    );
    await refuses(
      () => workspace.restricted(stranger, 'rm', `${registry.host}/good:v1`),
      /could not delete policy/,
    );
    for (const name of ['.', 'registry', `registry/${registry.host}`])
      chmodSync(join(workspace.store, name), 0o755);
  });
});
