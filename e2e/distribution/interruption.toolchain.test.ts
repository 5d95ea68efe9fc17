import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../tools/registries/fault-proxy.ts';
import { startRegistry, type TestRegistry } from '../../tools/registries/registry.ts';
import { createWorkspace, repository, type Workspace } from './workspace.ts';

const program = join(repository, 'packages/kwctl/bin/kwctl.js');
const module = join(repository, 'guests/rust/pod-privileged.wasm');

let registry: TestRegistry;
let proxy: FaultProxy;
let workspace: Workspace;
let uri: string;

beforeAll(async () => {
  registry = await startRegistry();
  proxy = await startFaultProxy(registry);
  uri = `registry://${proxy.host}/policies/demo:v1`;
});

afterAll(async () => {
  await proxy.stop();
  await registry.stop();
});

beforeEach(async () => {
  workspace = createWorkspace();
  workspace.trust(proxy);
  proxy.reset();
  await workspace.succeed('push', module, uri);
});

afterEach(() => workspace.remove());

/** Starts kwctl; temporary files of its own are put where they can be seen. */
function start(...words: string[]): ChildProcess {
  const temporary = join(workspace.folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return spawn(process.execPath, [program, ...words], {
    cwd: workspace.folder,
    env: { ...workspace.environment, TMPDIR: temporary, NODE_DISABLE_COMPILE_CACHE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function files(): string[] {
  return readdirSync(workspace.folder, { recursive: true, encoding: 'utf8' }).toSorted();
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Sends the signal as soon as something incomplete is there. */
async function interrupt(kwctl: ChildProcess, signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
  const ended = once(kwctl, 'exit');
  await until(() => kwctl.exitCode !== null || files().some((name) => /\.partial$|\/kubewarden-/.test(name)));
  kwctl.kill(signal);
  const [, endedBy] = (await ended) as [number | null, NodeJS.Signals | null];
  return endedBy;
}

test.each([
  ['SIGINT', []],
  ['SIGTERM', []],
  ['SIGHUP', ['-o', 'out.wasm']],
] as const)('%s while a policy is pulled ends that and leaves nothing', async (signal, flags) => {
  mkdirSync(join(workspace.folder, 'tmp'));
  const before = files();
  proxy.inject(({ url }) => (url.includes('/blobs/') ? { kind: 'stall', afterBytes: 1000 } : undefined));
  expect(await interrupt(start('pull', ...flags, uri), signal)).toBe(signal);
  expect(files()).toEqual(before);
  proxy.reset();
  await workspace.succeed('pull', ...flags, uri);
});

test('neither an archive that is packed nor one that is unpacked leaves anything', async () => {
  await workspace.succeed('pull', uri);
  const archive = join(workspace.folder, 'policies.tar.gz');
  await workspace.succeed('save', '-o', archive, uri);
  execFileSync('sh', ['-c', 'mkfifo fifo'], { cwd: workspace.folder });
  mkdirSync(join(workspace.folder, 'tmp'));
  const before = files();
  // Nobody reads it.
  expect(await interrupt(start('save', '-o', 'fifo', uri), 'SIGTERM')).toBe('SIGTERM');
  expect(files()).toEqual(before);
  const loading = start('load', '--input', 'fifo');
  const fifo = createWriteStream('', { fd: openSync(join(workspace.folder, 'fifo'), 'r+') });
  fifo.write(readFileSync(archive).subarray(0, 600));
  expect(await interrupt(loading, 'SIGINT')).toBe('SIGINT');
  fifo.destroy();
  expect(files()).toEqual(before);
});

test('ten pulls of one policy at once leave one policy', async () => {
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => workspace.kwctl('pull', uri)));
  expect(outcomes.map(({ code }) => code)).toEqual(Array.from({ length: 10 }, () => 0));
  const [name] = uri.split('://').slice(1);
  expect(readFileSync(join(workspace.store, 'registry', name!))).toEqual(readFileSync(module));
  expect(files().filter((name) => name.endsWith('.partial'))).toEqual([]);
});

test('standard output that takes nothing is one error', async () => {
  await workspace.succeed('pull', uri);
  const kwctl = spawn(process.execPath, [program, 'policies'], {
    env: workspace.environment,
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  });
  let stderr = '';
  kwctl.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(kwctl, 'close')) as [number];
  expect(code).toBe(1);
  expect(stderr).toBe('Error: cannot write to standard output: No space left on device (os error 28)\n');
  expect(existsSync(workspace.store)).toBe(true);
});
