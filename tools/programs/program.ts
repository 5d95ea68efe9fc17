import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that tests use and npm does not bring, and how each is installed. */
const installation = {
  'docker-registry': 'apt-get install docker-registry',
  htpasswd: 'apt-get install apache2-utils',
  skopeo: 'apt-get install skopeo',
  tinyproxy: 'apt-get install tinyproxy-bin',
  'referrers-registry':
    'go build -C tools/registries/referrers -o "$KUBEWARDEN_TOOLS_DIR/referrers-registry"',
  bats: 'apt-get install bats',
  go: 'see https://go.dev/doc/install',
  opa: 'GOBIN="$KUBEWARDEN_TOOLS_DIR" go install github.com/open-policy-agent/opa@v1.22.2',
  'wasm-ld-19': 'apt-get install lld-19 wasi-libc rustc-web cargo-web rust-web-src',
  cosign: 'go install github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3',
} as const;

export type ProgramName = keyof typeof installation;

/**
 * The path of a program: from `$KUBEWARDEN_TOOLS_DIR`, else from `$PATH`.
 *
 * @throws Error that names the missing program and how to install it
 */
export function findProgram(name: ProgramName): string {
  const folders = [process.env['KUBEWARDEN_TOOLS_DIR'], ...(process.env['PATH'] ?? '').split(delimiter)];
  for (const folder of folders) {
    if (!folder) continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(
    `this test needs the program "${name}", which is neither in $KUBEWARDEN_TOOLS_DIR nor on $PATH; ` +
      `install it with: ${installation[name]}`,
  );
}

/** A program that runs until it is stopped. */
export interface RunningProgram {
  /** What `ready` matched in the output. */
  readonly ready: RegExpExecArray;
  /** All that was written to standard output and error so far. */
  output(): string;
  stop(): Promise<void>;
}

const startMilliseconds = 20_000;

/**
 * Starts a program and waits until its output matches `ready`. It is killed with this process at the latest.
 *
 * @throws Error with the output when the program ends or says nothing of the kind within 20 s
 */
export async function runProgram(
  name: ProgramName,
  args: readonly string[],
  ready: RegExp,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningProgram> {
  const child = spawn(findProgram(name), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      process.off('exit', kill);
      resolve();
    });
  });
  let output = '';
  const found = await new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (reason: string): void => {
      kill();
      reject(new Error(`${name} ${args.join(' ')} ${reason}: ${output}`));
    };
    const timer = setTimeout(
      () => fail(`did not get ready within ${startMilliseconds} ms`),
      startMilliseconds,
    );
    const read = (piece: Buffer): void => {
      output += piece.toString();
      const match = ready.exec(output);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (cause) => fail(cause.message));
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code}`);
    });
  });
  return {
    ready: found,
    output: () => output,
    stop: async () => {
      endSoftly(child);
      await exited;
    },
  };
}

function endSoftly(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), 3_000).unref();
}
