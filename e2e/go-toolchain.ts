/** Go's own compiler, for tests. */
import { spawnSync } from 'node:child_process';
import { findProgram } from '../tools/programs/program.ts';

/**
 * Builds a Go policy.
 *
 * @param module - folder of the Go module
 * @param out - path of the WebAssembly module
 * @param folder - of the policy, below that of the module
 * @throws Error with what the compiler says
 */
export function buildGo(module: string, out: string, abi: 'wapc' | 'wasi', folder = '.'): void {
  const flags = abi === 'wapc' ? ['-tags', 'wapc', '-buildmode=c-shared'] : [];
  const args = ['build', '-trimpath', '-ldflags=-s -w', ...flags, '-o', out, folder];
  runGo(module, args, { GOOS: 'wasip1', GOARCH: 'wasm' });
}

/**
 * Runs the go command.
 *
 * @throws Error with what it says, or with what is missing
 */
export function runGo(
  module: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): void {
  const { status, stdout, stderr } = spawnSync(findProgram('go'), args, {
    cwd: module,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`go ${args.join(' ')}: ${stderr}${stdout}`);
}
