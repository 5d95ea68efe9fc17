import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  /** Standard output and error, as they came. */
  readonly output: string;
  readonly seconds: number;
}

/** The environment of a machine that has nothing but Node.js and the programs on the PATH. */
export function plainEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  // npm, which may have started the tests, tells its children how it is configured.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD$|NODE_OPTIONS$|VITEST)/.test(name),
  );
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  return {
    ...Object.fromEntries(inherited),
    PATH: path,
    npm_config_loglevel: 'error',
    npm_config_yes: 'true',
    ...extra,
  };
}

/** Runs a line of a README. */
export async function runLine(
  line: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<Finished> {
  const started = performance.now();
  const child = spawn(line, {
    cwd: folder,
    env: environment,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let output = '';
  child.stdout.on('data', (piece: Buffer) => {
    stdout += piece.toString();
    output += piece.toString();
  });
  child.stderr.on('data', (piece: Buffer) => void (output += piece.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, output, seconds: (performance.now() - started) / 1000 };
}

/**
 * Runs a line that must succeed.
 *
 * @throws Error with its output
 */
export async function mustRun(
  line: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<Finished> {
  const finished = await runLine(line, folder, environment);
  if (finished.code !== 0) throw new Error(`${line} ended with code ${finished.code}:\n${finished.output}`);
  return finished;
}
