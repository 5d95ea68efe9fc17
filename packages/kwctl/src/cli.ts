import { kubewardenVersion } from '@kubewarden/policy';
import { kwctl } from './commands/tree.ts';
import { parseCommandLine, type ParsedCommandLine } from './command-line/parse.ts';
import { UsageError } from './command-line/usage-error.ts';
import { describeError } from './terminal/cli-error.ts';
import { createLogger } from './terminal/log.ts';
import { createStatusLine } from './terminal/status-line.ts';
import type { Terminal } from './terminal/terminal.ts';

const usageExitCode = 2;
const failureExitCode = 1;

/**
 * Runs kwctl.
 *
 * @param words the arguments, without the program's name
 * @returns the exit code: 0, 1 for a runtime error, 2 for a command line that cannot be understood
 */
export async function runCli(words: readonly string[], terminal: Terminal): Promise<number> {
  let parsed: ParsedCommandLine;
  try {
    parsed = await parseCommandLine(kwctl, words);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.stderr(`error: ${error.message}\n\n${error.usage}\n\nFor more information, try '--help'.\n`);
    return usageExitCode;
  }
  switch (parsed.kind) {
    case 'help':
      (parsed.exitCode === 0 ? terminal.stdout : terminal.stderr)(parsed.text);
      return parsed.exitCode;
    case 'version':
      terminal.stdout(versionText(parsed.long));
      return 0;
    case 'run':
      return runCommand(parsed, terminal);
  }
}

async function runCommand(
  { command, global, options, positionals }: Extract<ParsedCommandLine, { kind: 'run' }>,
  terminal: Terminal,
): Promise<number> {
  const plain = global.has('no-color') || Boolean(terminal.environment['NO_COLOR']);
  const status = createStatusLine(terminal);
  const log = createLogger(status.write, {
    verbose: global.has('verbose'),
    coloured: terminal.stderrIsTerminal && !plain,
  });
  try {
    const module = await command.load!();
    const output = {
      ...terminal,
      stderr: status.write,
      stdoutIsTerminal: terminal.stdoutIsTerminal && !plain,
    };
    return (await module.run({ program: kwctl, options, positionals, terminal: output, log, status })) ?? 0;
  } catch (error) {
    status.clear();
    terminal.stderr(describeError(error));
    return failureExitCode;
  }
}

function versionText(long: boolean): string {
  const line = `kwctl ${kubewardenVersion}\n`;
  return long
    ? `${line}\nUse the 'info' command for the builtins of Rego and the directories in use.\n\n`
    : line;
}
