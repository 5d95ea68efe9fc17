import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'program-'));
const guests = join(import.meta.dirname, '../../../guests');
const policies = join(folder, 'policies.yml');
writeFileSync(
  policies,
  JSON.stringify({
    sleeping: { module: `file://${join(guests, 'c/sleeping.wasm')}`, settings: { sleepMilliseconds: 1 } },
  }),
);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const children: ChildProcessByStdio<null, Readable, Readable>[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function launch(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended, output: () => stdout + stderr };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function ports() {
  const [api, readiness] = await Promise.all([freePort(), freePort()]);
  const addresses = [
    '--addr',
    '127.0.0.1',
    '--port',
    String(api),
    '--readiness-probe-port',
    String(readiness),
  ];
  return { api, readiness, flags: [...addresses, '--policies', policies] };
}

const isReady = (port: number) =>
  fetch(`http://127.0.0.1:${port}/readiness`).then(
    ({ status }) => status === 200,
    () => false,
  );

describe('the program', () => {
  it.each([
    [['--no-such-flag'], {}, 2, "error: unknown option '--no-such-flag'"],
    [
      [],
      { KUBEWARDEN_ENABLE_METRICS: 'maybe' },
      2,
      "error: invalid value 'maybe' for 'KUBEWARDEN_ENABLE_METRICS'",
    ],
    [['--policies', 'missing.yml'], {}, 1, 'Error: error while loading policies from "missing.yml"'],
    [
      ['--cert-file', 'x', '--policies', policies],
      {},
      1,
      'Error: both certificate and key must be provided together',
    ],
    [['docs', '-o', '/no/such/folder/cli.md'], {}, 1, 'Error: cannot write to file /no/such/folder/cli.md'],
  ])('refuses %j with the environment %j by exit code %i', async (args, environment, code, message) => {
    const ended = await launch(args, environment).ended;
    expect(ended.stderr).toContain(message);
    expect(ended.code).toBe(code);
  });

  it('tells its version, short and long, and writes its reference', async () => {
    const [short, long, docs] = await Promise.all([
      launch(['-V']).ended,
      launch(['--version']).ended,
      launch(['docs', '-o', 'cli.md']).ended,
    ]);
    expect(short.stdout).toMatch(/^policy-server \S+ \(Kubewarden 1\.38\.0\)\n$/);
    expect(long.stdout).toContain('\n\nOpen Policy Agent/Gatekeeper implemented builtins:\n');
    expect([short.code, long.code, docs.code]).toEqual([0, 0, 0]);
    expect(readFileSync(join(folder, 'cli.md'), 'utf8')).toContain('# policy-server');
  });

  it('answers what is in flight when it gets SIGTERM, then ends with exit code 0', async () => {
    const { api, readiness, flags } = await ports();
    const { child, ended, output } = launch([...flags, '--shutdown-delay', '0']);
    await expect.poll(() => isReady(readiness), { timeout: 10_000 }).toBe(true);
    const inFlight = fetch(`http://127.0.0.1:${api}/validate/sleeping`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: readFileSync(join(guests, 'requests/pod-sleep-100-ms.json')),
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    child.kill('SIGTERM');
    expect(await (await inFlight).json()).toMatchObject({ response: { allowed: true } });
    expect((await ended).code).toBe(0);
    expect(output()).toContain('stopping signal="SIGTERM"');
  });

  it('ends at once when it is told to stop before it is ready', async () => {
    const { flags } = await ports();
    const { child, ended, output } = launch(flags);
    await expect.poll(output, { timeout: 10_000, interval: 5 }).toContain('policies download');
    child.kill('SIGTERM');
    expect([0, 143]).toContain((await ended).code);
    expect(output()).toContain('stopping signal="SIGTERM"');
  });

  it('goes on in the background as a daemon', async () => {
    const { readiness, flags } = await ports();
    const daemon = ['--daemon', '--daemon-pid-file', 'server.pid', '--daemon-stdout-file', 'out.log'];
    const { code, stdout } = await launch([...flags, ...daemon]).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('Detached from shell, now running in background.');
    const pid = Number(readFileSync(join(folder, 'server.pid'), 'utf8'));
    await expect.poll(() => isReady(readiness), { timeout: 10_000 }).toBe(true);
    process.kill(pid, 'SIGINT');
    await expect.poll(() => isReady(readiness)).toBe(false);
    expect(readFileSync(join(folder, 'out.log'), 'utf8')).toContain('policy server is ready');
  });
});
