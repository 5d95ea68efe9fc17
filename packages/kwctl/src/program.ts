import { enableCompileCache } from 'node:module';
import { runCli } from './cli.ts';
import { fileProblem } from './terminal/cli-error.ts';
import { processTerminal } from './terminal/terminal.ts';

/** Runs the program with the process's own streams. */
export async function run(words: readonly string[]): Promise<void> {
  enableCompileCache();
  // A reader that has seen enough (`kwctl … | head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`Error: cannot write to standard output: ${fileProblem(error)}\n`);
    process.exit(1);
  });
  // There is nowhere else to say it; the exit code tells the rest.
  process.stderr.on('error', () => undefined);
  process.exitCode = await runCli(words, processTerminal());
}
