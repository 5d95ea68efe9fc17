import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from '../cli.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** A file of the guests' folder. */
export function guest(path: string): string {
  return join(root, 'guests', path);
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Typed on the terminal; without it, standard input is none. */
  readonly password?: string;
  readonly stdoutIsTerminal?: boolean;
  readonly stderrIsTerminal?: boolean;
}

/** Runs kwctl in this process, with pipes for streams and folders of its own for configuration and cache. */
export async function kwctl(words: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const home = temporaryFolder();
  const code = await runCli(words, {
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    stdin: async () => new TextEncoder().encode(surroundings.stdin ?? ''),
    password: async () => surroundings.password ?? '',
    stdinIsTerminal: surroundings.password !== undefined,
    stdoutIsTerminal: surroundings.stdoutIsTerminal ?? false,
    stderrIsTerminal: surroundings.stderrIsTerminal ?? false,
    columns: 80,
    environment: {
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_CACHE_HOME: join(home, 'cache'),
      ...surroundings.environment,
    },
  });
  return { code, stdout, stderr };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'kwctl-test-'));
}

/** A file with that content. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}
