import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Credentials } from '../../tools/registries/registry.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
const nobody = 65534;
const program = join(repository, 'packages/kwctl/bin/kwctl.js');

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Restriction {
  /** Files that are written cannot get larger, in blocks of 512 bytes. */
  readonly fileBlocks?: number;
  /** Runs as a user to whom nothing belongs, which only root can ask for; anybody else is no owner anyway. */
  readonly stranger?: boolean;
}

/** A machine of its own: home, configuration and cache in a new folder. */
export interface Workspace {
  readonly folder: string;
  /** Where the store is. */
  readonly store: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Runs the built kwctl in a process of its own. */
  kwctl(...words: string[]): Promise<Outcome>;
  /** As `kwctl`, with other limits or another user than the test has. */
  restricted(restriction: Restriction, ...words: string[]): Promise<Outcome>;
  /** As `kwctl`, for what has to succeed. Gives what it prints on standard output. */
  succeed(...words: string[]): Promise<string>;
  /** Writes a file, its path being relative to the folder, and gives its path. */
  write(path: string, content: string | Uint8Array): string;
  /** As `docker login` does. */
  login(host: string, credentials: Credentials): void;
  /** Says how a registry is to be reached, in the default sources file. */
  trust(registry: { readonly host: string; readonly authority?: string }): void;
  remove(): void;
}

export function createWorkspace(environment: Readonly<Record<string, string>> = {}): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'kwctl-e2e-'));
  const own = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, '.config'),
    XDG_CACHE_HOME: join(folder, '.cache'),
    ...environment,
  };
  const write = (path: string, content: string | Uint8Array): string => {
    const absolute = join(folder, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, content);
    return absolute;
  };
  const run = (file: string, words: readonly string[], stranger: boolean): Promise<Outcome> =>
    new Promise((resolve) => {
      const user = stranger && process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
      const options = { cwd: folder, env: own, maxBuffer: 64 * 1024 * 1024, ...user };
      execFile(file, words, options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      });
    });
  const kwctl = (...words: string[]): Promise<Outcome> => run(process.execPath, [program, ...words], false);
  return {
    folder,
    store: join(own.XDG_CACHE_HOME, 'kubewarden/store'),
    environment: own,
    kwctl,
    restricted: ({ fileBlocks, stranger = false }, ...words) =>
      fileBlocks === undefined
        ? run(process.execPath, [program, ...words], stranger)
        : run(
            'sh',
            ['-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'sh', process.execPath, program, ...words],
            stranger,
          ),
    succeed: async (...words) => {
      const { code, stdout, stderr } = await kwctl(...words);
      if (code !== 0) throw new Error(`kwctl ${words.join(' ')} ended with ${code}:\n${stderr}${stdout}`);
      return stdout;
    },
    write,
    login: (host, { username, password }) => {
      const auth = Buffer.from(`${username}:${password}`).toString('base64');
      write('.docker/config.json', JSON.stringify({ auths: { [host]: { auth } } }));
    },
    trust: ({ host, authority }) => {
      const sources = authority
        ? { source_authorities: { [host]: [{ type: 'Data', data: authority }] } }
        : { insecure_sources: [host] };
      write('.config/kubewarden/sources.yaml', JSON.stringify(sources));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
