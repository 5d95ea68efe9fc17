import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** An npm registry with the packages of this repository, as they would be published. */
export interface PackageRegistry extends AsyncDisposable {
  /** For npm: `npm_config_registry`. */
  readonly url: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/**
 * Packs the packages of this repository and serves them; npm is sent on to the registry that it is configured for with
 * all other names.
 */
export async function startPackageRegistry(): Promise<PackageRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'packages-'));
  const upstream = (await run('npm', ['config', 'get', 'registry'])).stdout.trim().replace(/\/$/, '');
  const manifests = new Map(
    globSync('packages/*/package.json', { cwd: root }).map((path) => {
      const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
      return [manifest.name, { manifest, path: dirname(path) }] as const;
    }),
  );
  const packages = [...manifests.values()].flatMap(({ path }) => ['--workspace', path]);
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder, ...packages], {
    cwd: root,
    maxBuffer: 16 * 1024 * 1024,
  });
  const tarballs = new Map<string, string>(filesByName(JSON.parse(packed.stdout)));

  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    void respond(path, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });

  async function respond(path: string, response: ServerResponse): Promise<void> {
    const body = await answer(path);
    if (body === undefined) response.writeHead(302, { location: `${upstream}/${encodeURI(path)}` });
    else response.writeHead(200, { 'content-type': body.type });
    response.end(body?.content);
  }

  async function answer(path: string): Promise<{ type: string; content: string | Buffer } | undefined> {
    if (path.startsWith('-/tarball/')) {
      const content = await readFile(join(folder, path.slice('-/tarball/'.length)));
      return { type: 'application/octet-stream', content };
    }
    const found = manifests.get(path);
    if (found === undefined) return undefined;
    const { manifest } = found;
    const file = tarballs.get(manifest.name)!;
    const sha512 = createHash('sha512').update(await readFile(join(folder, file)));
    const dist = { tarball: `${url}-/tarball/${file}`, integrity: `sha512-${sha512.digest('base64')}` };
    const document = {
      name: manifest.name,
      'dist-tags': { latest: manifest.version },
      versions: { [manifest.version]: { ...manifest, dist } },
    };
    return { type: 'application/json', content: JSON.stringify(document) };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/** npm prints a list of packages, or since version 12 an object of them. */
function filesByName(packed: unknown): [string, string][] {
  const list = Object.values(packed as Record<string, { name: string; filename: string }>);
  return list.map(({ name, filename }) => [name, filename]);
}
