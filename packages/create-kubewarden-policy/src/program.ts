import { runCli } from './command-line/cli.ts';
import { terminalQuestions } from './command-line/questions.ts';

/** Runs the program with the process's own streams. */
export async function run(words: readonly string[]): Promise<void> {
  const interactive = process.stdin.isTTY && process.stdout.isTTY;
  process.exitCode = await runCli(words, {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    environment: process.env,
    ...(interactive ? { ask: terminalQuestions(process.stdin, process.stdout) } : {}),
  });
}
