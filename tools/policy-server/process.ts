import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { selfSigned } from '../certificates/authority.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The built policy-server in a process of its own, on loopback, with TLS. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from the start of the process to the first successful readiness probe. */
  readonly readyMilliseconds: number;
  stop(): Promise<void>;
}

/** CPU time that a process has used so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticksPerSecond = 100;
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory of a process, in MB (10^6 bytes). */
export function residentMegabytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return (Number(line![1]) * 1024) / 1e6;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    request({ port, host: '127.0.0.1', path: '/readiness' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .once('error', () => resolve(false))
      .end();
  });
}

/** Starts the built policy-server with the given policies (the content of a policies.yml) and waits until it is ready. */
export async function startServer(
  policies: Record<string, unknown>,
  flags: readonly string[] = [],
  output: 'inherit' | 'quiet' = 'inherit',
): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'kubewarden-bench-'));
  writeFileSync(join(folder, 'policies.yml'), JSON.stringify(policies));
  const { certificate, key } = await selfSigned();
  writeFileSync(join(folder, 'cert.pem'), certificate);
  writeFileSync(join(folder, 'key.pem'), key);
  const port = await freePort();
  const readinessPort = await freePort();
  const started = performance.now();
  const child: ChildProcess = spawn(
    process.execPath,
    [join(root, 'packages/policy-server/dist/main.js'), '--addr', '127.0.0.1', '--port', String(port)]
      .concat(['--readiness-probe-port', String(readinessPort), '--policies', join(folder, 'policies.yml')])
      .concat([
        '--policies-download-dir',
        folder,
        '--log-level',
        'warn',
        '--ignore-kubernetes-connection-failure',
      ])
      .concat(['--cert-file', join(folder, 'cert.pem'), '--key-file', join(folder, 'key.pem'), ...flags]),
    { stdio: output === 'quiet' ? 'ignore' : ['ignore', 'inherit', 'inherit'] },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  while (!(await isReady(readinessPort))) {
    if (child.exitCode !== null)
      throw new Error(`policy-server ended with code ${child.exitCode} before it was ready`);
    await sleep(5);
  }
  return {
    url: `https://127.0.0.1:${port}`,
    pid: child.pid!,
    readyMilliseconds: performance.now() - started,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
