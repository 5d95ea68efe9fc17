import { runCli } from './command-line/cli.ts';
import { openConversation } from './command-line/questions.ts';

/** Runs the program with the process's own streams. */
export async function run(words: readonly string[]): Promise<void> {
  const { stdin, stdout, stderr } = process;
  const conversation = openConversation(stdin, stdout);
  try {
    process.exitCode = await runCli(words, {
      stdout: (text) => stdout.write(text),
      stderr: (text) => stderr.write(text),
      environment: process.env,
      ...(stdin.isTTY && stdout.isTTY ? { ask: conversation.ask } : {}),
    });
  } finally {
    conversation.close();
  }
}
