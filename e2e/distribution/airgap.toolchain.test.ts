import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from '../../tools/registries/registry.ts';
import { createWorkspace, repository, type Workspace } from './workspace.ts';

/** As operators write them: every line of a list is pulled, and all of them are saved. */
const saveScript = `set -eu
list=$1 archive=$2; shift 2
set --
while IFS= read -r policy; do
  $KWCTL_CMD pull "$policy"
  set -- "$@" "$policy"
done < "$list"
$KWCTL_CMD save "$@" --output "$archive"
`;

/** Loads the archive and publishes every policy in the registry of the other side, under its path. */
const loadScript = `set -eu
list=$1 archive=$2 registry=$3 sources=$4
$KWCTL_CMD load --input "$archive"
while IFS= read -r policy; do
  policy=$(printf '%s' "$policy" | sed 's/ *$//')
  path=$(printf '%s' "$policy" | sed -E 's#^[a-z]+://[^/]+/##')
  $KWCTL_CMD push "$policy" "registry://$registry/$path" --sources-path "$sources"
done < "$list"
`;

const modules = {
  registry: join(repository, 'guests/rust/pod-privileged.wasm'),
  web: join(repository, 'guests/rust/context-aware.wasm'),
};

let outside: TestRegistry;
let inside: TestRegistry;
let web: Server;
let connected: Workspace;
let isolated: Workspace;

beforeAll(async () => {
  outside = await startRegistry();
  inside = await startRegistry();
  const module = readFileSync(modules.web);
  web = createServer((_request, response) => void response.end(module));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  connected = createWorkspace();
  isolated = createWorkspace();
});

afterAll(async () => {
  await outside.stop();
  await inside.stop();
  await new Promise((resolve) => web.close(resolve));
  connected.remove();
  isolated.remove();
});

async function script(workspace: Workspace, text: string, ...words: string[]): Promise<void> {
  const program = join(repository, 'packages/kwctl/bin/kwctl.js');
  const env = { ...workspace.environment, KWCTL_CMD: `${process.execPath} ${program}` };
  await promisify(execFile)('sh', ['-c', text, 'script', ...words], { cwd: workspace.folder, env });
}

test('policies are carried over to where there is no network', async () => {
  const webHost = `127.0.0.1:${(web.address() as AddressInfo).port}`;
  connected.write(
    '.config/kubewarden/sources.yaml',
    JSON.stringify({ insecure_sources: [outside.host, webHost] }),
  );
  const pushed = `registry://${outside.host}/policies/pod-privileged:v1`;
  await connected.succeed('push', modules.registry, pushed);
  // A blank at the end of a line is easily left there, and means nothing.
  const list = `${pushed}\nhttp://${webHost}/releases/context-aware.wasm \n`;

  await script(
    connected,
    saveScript,
    connected.write('policies.txt', list),
    join(connected.folder, 'policies.tar.gz'),
  );
  const archive = isolated.write('policies.tar.gz', readFileSync(join(connected.folder, 'policies.tar.gz')));
  const sources = isolated.write('sources.yml', `insecure_sources:\n- ${inside.host}\n`);
  await script(isolated, loadScript, isolated.write('policies.txt', list), archive, inside.host, sources);

  const consumer = createWorkspace();
  consumer.trust(inside);
  const published = [
    [`registry://${inside.host}/policies/pod-privileged:v1`, modules.registry],
    [`registry://${inside.host}/releases/context-aware.wasm`, modules.web],
  ] as const;
  for (const [index, [uri, module]] of published.entries()) {
    const path = join(consumer.folder, `${index}.wasm`);
    await consumer.succeed('pull', '-o', path, uri);
    expect(readFileSync(path).equals(readFileSync(module))).toBe(true);
  }
  consumer.remove();
});
