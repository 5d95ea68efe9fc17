import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../packages/policy-server/dist/main.js');

interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>> & { readonly message: string };
}

interface Answer {
  readonly allowed: boolean;
  readonly warnings?: readonly string[];
  readonly status?: { readonly message?: string; readonly code?: number };
}

/** The built policy-server in a process of its own. */
export interface LoggedServer {
  readonly pid: number;
  /** Null as long as it runs; null as well when a signal ended it. */
  readonly exitCode: () => number | null;
  log(): readonly LogLine[];
  /** Standard error. */
  errors(): string;
  /** Waits for the end of the process. */
  ended(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

export interface ServingServer extends LoggedServer {
  /** Answers a review. */
  ask(policy: string, review: object): Promise<Answer>;
}

export interface ServerOptions {
  readonly policies: object;
  readonly downloadDir: string;
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a server and does not wait for anything. */
export function launchServer(options: ServerOptions): LoggedServer {
  const folder = mkdtempSync(join(tmpdir(), 'kubewarden-server-'));
  const file = join(folder, 'policies.yml');
  writeFileSync(file, JSON.stringify(options.policies));
  const child = spawn(
    process.execPath,
    [
      main,
      ...'--addr 127.0.0.1 --port 0 --readiness-probe-port 0 --workers 1 --log-fmt json'.split(' '),
      ...['--policies', file, '--policies-download-dir', options.downloadDir],
      ...['--sigstore-cache-dir', join(folder, 'sigstore'), '--shutdown-delay', '0'],
      ...(options.flags ?? []),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing of the machine's own credentials.
      env: { ...process.env, HOME: folder, DOCKER_CONFIG: folder, ...options.environment },
    },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'close').then(() => rmSync(folder, { recursive: true, force: true }));
  return {
    pid: child.pid!,
    exitCode: () => child.exitCode,
    log: () =>
      output
        .slice(0, output.lastIndexOf('\n') + 1)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LogLine),
    errors: () => errors,
    ended: () => ended,
    kill: (signal) => void child.kill(signal),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * Starts a server and waits until it is ready.
 *
 * @throws Error with what it said when it refuses to start
 */
export async function serve(options: ServerOptions): Promise<ServingServer> {
  const server = launchServer(options);
  const ready = (): LogLine | undefined =>
    server.log().find(({ fields }) => fields.message === 'policy server is ready');
  while (ready() === undefined) {
    const over = await Promise.race([
      server.ended().then(() => true),
      new Promise<false>((resolve) => setTimeout(() => resolve(false), 10)),
    ]);
    if (over) throw new Error(`the server did not start: ${server.errors()}`);
  }
  const { port } = ready()!.fields;
  return {
    ...server,
    ask: async (policy, review) => {
      const response = await fetch(`http://127.0.0.1:${String(port)}/validate_raw/${policy}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(review),
      });
      const { response: answer } = (await response.json()) as { response: Answer };
      return answer;
    },
  };
}
