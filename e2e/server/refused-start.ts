import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../packages/policy-server/dist/main.js');

export interface RefusedStart {
  /** Null when the program had to be ended, because it started. */
  readonly code: number | null;
  /** Standard error: what the program says last. */
  readonly errors: string;
  /** Standard output: the log, errors only. */
  readonly log: string;
}

/**
 * Starts the built policy-server, which is expected to refuse.
 *
 * @param policies the text of its policies.yml
 */
export async function refusedStart(policies: string, flags: readonly string[] = []): Promise<RefusedStart> {
  const folder = mkdtempSync(join(tmpdir(), 'kubewarden-refused-'));
  writeFileSync(join(folder, 'policies.yml'), policies);
  const child = spawn(
    process.execPath,
    [
      main,
      ...['--addr', '127.0.0.1', '--port', '0', '--readiness-probe-port', '0', '--log-level', 'error'],
      ...['--policies', join(folder, 'policies.yml'), '--policies-download-dir', folder, ...flags],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000, killSignal: 'SIGKILL' },
  );
  let errors = '';
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await once(child, 'close');
  rmSync(folder, { recursive: true });
  return { code: child.exitCode, errors, log };
}
