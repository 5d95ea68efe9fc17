import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createAuthority } from '../../tools/certificates/authority.ts';
import { type ForwardProxy, startTinyproxy } from '../../tools/proxies/tinyproxy.ts';
import { startRegistry, type TestRegistry } from '../../tools/registries/registry.ts';
import { createWorkspace, repository, type Workspace } from './workspace.ts';

const module = join(repository, 'guests/rust/pod-privileged.wasm');
const request = join(repository, 'guests/requests/pod-plain.json');

// What the original's own integration tests pin, of commands that reach registries and web servers.
let registry: TestRegistry;
let web: Server;
let webHost: string;
let webAuthority: string;
let workspace: Workspace;

beforeAll(async () => {
  registry = await startRegistry();
  const issuer = await createAuthority({ commonName: 'Web authority' });
  const { certificate, key } = await issuer.issue({ commonName: 'localhost', dnsNames: ['localhost'] });
  webAuthority = issuer.certificate;
  web = createServer({ cert: certificate, key }, (incoming, response) => {
    if (incoming.url === '/releases/policy.wasm') response.end(readFileSync(module));
    else response.writeHead(404).end('<html>no such page</html>');
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  webHost = `localhost:${(web.address() as AddressInfo).port}`;
  const author = createWorkspace();
  author.trust(registry);
  for (const tag of ['v1', 'latest'])
    await author.succeed('push', module, `${registry.host}/tests/demo:${tag}`);
  author.remove();
});

afterAll(async () => {
  await new Promise((resolve) => web.close(resolve));
  await registry.stop();
});

beforeEach(() => {
  workspace = createWorkspace();
  workspace.write(
    '.config/kubewarden/sources.yaml',
    JSON.stringify({
      insecure_sources: [registry.host],
      source_authorities: { [webHost]: [{ type: 'Data', data: webAuthority }] },
    }),
  );
});

afterEach(() => workspace.remove());

describe('pull', () => {
  test.each([
    ['a registry', () => `registry://${registry.host}/tests/demo:v1`],
    ['a web server', () => `https://${webHost}/releases/policy.wasm`],
  ])('from %s', async (_what, uri) => {
    expect(await workspace.succeed('pull', uri())).toBe('');
    expect(await workspace.succeed('policies')).toContain(`| ${uri()} `);
  });

  test('without a tag means latest', async () => {
    await workspace.succeed('pull', `${registry.host}/tests/demo`);
    expect(await workspace.succeed('policies')).toContain(`registry://${registry.host}/tests/demo:latest `);
  });

  test('to a file, under no other name, whatever is there', async () => {
    for (const uri of [`${registry.host}/tests/demo`, `https://${webHost}/releases/policy.wasm`]) {
      const path = workspace.write('policy.wasm', 'old');
      await workspace.succeed('pull', '-o', 'policy.wasm', uri);
      expect(readFileSync(path).equals(readFileSync(module))).toBe(true);
    }
    await workspace.succeed('pull', '-o', '.', `${registry.host}/tests/demo:v1`);
    expect(readFileSync(join(workspace.folder, 'demo:v1')).equals(readFileSync(module))).toBe(true);
    expect(await workspace.succeed('policies')).toBe('');
  });

  test('a page that is not there is no policy', async () => {
    const { code, stderr } = await workspace.kwctl('pull', `https://${webHost}/releases/other.wasm`);
    expect(code).toBe(1);
    expect(stderr).toContain('404');
    expect(await workspace.succeed('policies')).toBe('');
  });

  test('a server whose certificate nobody vouches for is not talked to', async () => {
    const sources = workspace.write('none.yaml', '{}');
    const words = ['pull', '--sources-path', sources, `https://${webHost}/releases/policy.wasm`];
    const { code, stderr } = await workspace.kwctl(...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(/certificate/);
  });
});

test('run pulls what is not there', async () => {
  const uri = `registry://${registry.host}/tests/demo:v1`;
  expect(await workspace.succeed('run', '-r', request, uri)).toContain('"allowed":true');
  expect(await workspace.succeed('policies')).toContain(uri);
});

const resource = (module: string): object => ({
  apiVersion: 'policies.kubewarden.io/v1',
  kind: 'AdmissionPolicy',
  metadata: { name: 'demo' },
  spec: { module, settings: null, rules: [], mutating: false },
});

test('a resource of the cluster names its module', async () => {
  const names = [`registry://${registry.host}/tests/demo:v1`, `${registry.host}/tests/demo:v1`];
  const yaml = workspace.write('p.yaml', names.map((name) => JSON.stringify(resource(name))).join('\n---\n'));
  const stdout = await workspace.succeed('run', '-r', request, yaml);
  expect(stdout.match(/"allowed":true/g)).toHaveLength(2);
});

test('the manifest has the annotations of one line', async () => {
  const metadata = {
    rules: [],
    mutating: false,
    annotations: {
      'io.kubewarden.policy.title': 'demo',
      'io.kubewarden.policy.description': ' with blanks ',
      'io.kubewarden.policy.source': 'https://example.com/demo',
      'io.kubewarden.policy.usage': 'several\nlines',
    },
  };
  const annotated = join(workspace.folder, 'annotated.wasm');
  await workspace.succeed(
    'annotate',
    '-m',
    workspace.write('m.yml', JSON.stringify(metadata)),
    '-o',
    annotated,
    module,
  );
  await workspace.succeed('push', annotated, `${registry.host}/tests/annotated:v1`);
  const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' };
  const response = await fetch(`${registry.url}/v2/tests/annotated/manifests/v1`, { headers });
  const { annotations } = (await response.json()) as { annotations: Record<string, string> };
  const inspected = parse(await workspace.succeed('inspect', '-o', 'yaml', annotated)) as {
    annotations: Record<string, string>;
  };
  const { 'io.kubewarden.policy.usage': usage, ...singleLine } = inspected.annotations;
  expect(usage).toBe('several\nlines');
  expect(annotations).toEqual({
    ...singleLine,
    'io.kubewarden.policy.description': 'with blanks',
    'org.opencontainers.image.source': 'https://example.com/demo',
  });
  const pulled = join(workspace.folder, 'pulled.wasm');
  await workspace.succeed('pull', '-o', pulled, `registry://${registry.host}/tests/annotated:v1`);
  expect(readFileSync(pulled).equals(readFileSync(annotated))).toBe(true);
});

test('a policy that is not annotated is pushed only if that is forced, with or without a value', async () => {
  const bytes = readFileSync(module);
  bytes.write('_', bytes.lastIndexOf('io.kubewarden.metadata'));
  const bare = workspace.write('bare.wasm', bytes);
  const uri = `${registry.host}/tests/bare:v1`;
  const refused = await workspace.kwctl('push', bare, uri);
  expect(refused).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'Error: Cannot push a policy that is not annotated. Use `annotate` command or `push --force`\n',
  });
  for (const words of [
    ['-f', bare, uri],
    ['--force', bare, uri],
    ['--force=yes', bare, uri],
    ['-f', 'x', bare, uri],
  ]) {
    const pushed = await workspace.kwctl('push', ...words);
    expect(pushed.stdout).toContain('Policy successfully pushed: ');
    expect(pushed.stderr).toContain('Warning: pushing a non-annotated policy!\n');
  }
  const rego = readFileSync(join(repository, 'guests/rego/opa.wasm'));
  const at = rego.lastIndexOf('io.kubewarden.metadata');
  if (at >= 0) rego.write('_', at);
  const { code, stderr } = await workspace.kwctl('push', '--force', workspace.write('rego.wasm', rego), uri);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'Error: Rego policies cannot be pushed without metadata\n',
  });
});

test('a policy asks a registry through its host', async () => {
  const digest = (await workspace.succeed('digest', `${registry.host}/tests/demo:v1`)).trim().split('@')[1]!;
  const ask = JSON.stringify(['oci', 'v1/manifest_digest', `${registry.host}/tests/demo:v1`]);
  const words = ['-r', workspace.write('ask.json', ask), join(repository, 'guests/wat/wapc/ask-host.wasm')];
  expect(await workspace.succeed('run', '--raw', ...words)).toContain(digest);
  const denied = await workspace.succeed('run', '--raw', '--allowed-host-capabilities', 'net/*', ...words);
  expect(denied).toContain('has not been granted access');
});

describe('proxies', () => {
  let proxy: ForwardProxy;

  beforeEach(async () => {
    proxy = await startTinyproxy();
  });
  afterEach(() => proxy.stop());

  const pull = async (environment: Readonly<Record<string, string>>): Promise<string> => {
    const behind = createWorkspace(environment);
    behind.write(
      '.config/kubewarden/sources.yaml',
      readFileSync(join(workspace.folder, '.config/kubewarden/sources.yaml')),
    );
    await behind.succeed('pull', `https://${webHost}/releases/policy.wasm`);
    await behind.succeed('pull', `registry://${registry.host}/tests/demo:v1`);
    behind.remove();
    return proxy.log();
  };

  test.each([['upper'], ['lower']])('of the environment are used, in %s case', async (letters) => {
    const names = ['HTTPS_PROXY', 'HTTP_PROXY'].map((name) =>
      letters === 'lower' ? name.toLowerCase() : name,
    );
    const log = await pull(Object.fromEntries(names.map((name) => [name, proxy.url])));
    expect(log).toContain(`CONNECT ${webHost}`);
    expect(log).toContain(`http://${registry.host}/v2/`);
  });

  test('are not used where they should not be', async () => {
    const log = await pull({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: 'localhost' });
    expect(log).not.toContain(webHost);
    expect(log).not.toContain(registry.host);
  });

  test('of the sources file win', async () => {
    const sources = JSON.parse(
      readFileSync(join(workspace.folder, '.config/kubewarden/sources.yaml'), 'utf8'),
    ) as object;
    workspace.write(
      '.config/kubewarden/sources.yaml',
      JSON.stringify({ ...sources, proxies: { http_proxy: proxy.url, https_proxy: proxy.url } }),
    );
    const log = await pull({ HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' });
    expect(log).toContain(`CONNECT ${webHost}`);
  });
});
