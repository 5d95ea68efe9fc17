import { writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { parseCommandLine } from './cli/command-line.ts';
import { UsageError } from './cli/errors.ts';
import { renderReference } from './cli/reference.ts';
import { type GivenFlags, resolveOptions } from './cli/values.ts';
import { readConfig } from './config/config.ts';
import { ConfigError } from './config/errors.ts';
import { type LogOutput, openLog } from './logging/output.ts';
import type { PolicyServer } from './policy-server.ts';
import { versionLine } from './version.ts';

const usageExitCode = 2;
const failureExitCode = 1;

/**
 * The program: command line in, exit code out. A server that was started goes on until it is told to stop, and
 * ends the process itself.
 *
 * @param args the command line, without program and script
 */
export async function run(args: readonly string[]): Promise<void> {
  try {
    const invocation = parseCommandLine(args);
    switch (invocation.kind) {
      case 'help':
        process.stdout.write(invocation.text);
        return;
      case 'version':
        process.stdout.write(invocation.long ? await longVersion() : `${versionLine}\n`);
        return;
      case 'docs':
        await writeReference(invocation.output);
        return;
      case 'serve':
        await serve(invocation.flags, args);
    }
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const hint = isUsage ? "\n\nFor more information, try '--help'." : '';
    process.stderr.write(`${isUsage ? 'error' : 'Error'}: ${(error as Error).message}${hint}\n`);
    // Whatever was started so far must not keep the process alive.
    process.exit(isUsage ? usageExitCode : failureExitCode);
  }
}

async function longVersion(): Promise<string> {
  const { regoBuiltinNames } = await import('@kubewarden/evaluator/rego-builtins');
  const names = regoBuiltinNames.map((name) => `  - ${name}\n`).join('');
  return `${versionLine}\n\nOpen Policy Agent/Gatekeeper implemented builtins:\n${names}`;
}

async function writeReference(file: string): Promise<void> {
  try {
    await writeFile(file, renderReference(file));
  } catch (cause) {
    throw new ConfigError(`cannot write to file ${file}: ${(cause as Error).message}`, { cause });
  }
}

async function serve(flags: GivenFlags, args: readonly string[]): Promise<void> {
  const config = await readConfig(resolveOptions(flags, process.env));
  const log = openLog(config.log);
  try {
    if (config.daemon !== undefined) {
      const { startDaemon } = await import('./daemon.ts');
      await startDaemon(config.daemon, args, process.env, log.logger);
      log.flush();
      return;
    }
    const signals = stopOnSignals(config.shutdownDelaySeconds * 1000, log);
    // Loaded only now, so that a wrong flag is reported at once.
    const { startPolicyServer } = await import('./policy-server.ts');
    signals.server = await startPolicyServer(config, log.logger);
  } catch (error) {
    log.flush();
    throw error;
  }
}

/**
 * SIGTERM comes from Kubernetes, which may still send requests for a moment; SIGINT from somebody who waits at a
 * terminal. A second signal, or one that comes before the server is ready, ends the process at once. (A process
 * with the id 1, as in a container, would ignore signals that it does not handle.)
 *
 * @returns takes the server once there is one
 */
function stopOnSignals(delayMilliseconds: number, log: LogOutput): { server?: PolicyServer } {
  const signals: { server?: PolicyServer } = {};
  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    log.logger.log('info', 'stopping', { signal });
    const { server } = signals;
    if (server !== undefined && !stopping) {
      stopping = true;
      await server.stop(signal === 'SIGTERM' ? delayMilliseconds : 0);
      log.flush();
      process.exit(0);
    }
    log.flush();
    process.exit(128 + constants.signals[signal]);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
  return signals;
}
