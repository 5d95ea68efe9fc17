import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { DaemonConfig } from './config/config.ts';
import { ConfigError } from './config/errors.ts';
import type { Logger } from './logging/logger.ts';

/**
 * Starts this program once more, detached from the shell, with the given arguments but not as a daemon.
 *
 * @param args the command line of this process, without program and script
 * @throws ConfigError when a file cannot be written or the process cannot be started
 */
export async function startDaemon(
  config: DaemonConfig,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  logger: Logger,
): Promise<void> {
  const script = process.argv[1];
  if (script === undefined)
    throw new ConfigError('Cannot daemonize: this process has no script to start again');
  logger.log('info', 'Running instance as a daemon');
  const stdout = openStream(config.stdoutFile, 'stdout');
  const stderr = openStream(config.stderrFile, 'stderr');
  try {
    const child = spawn(process.execPath, [...process.execArgv, script, ...args, '--daemon=false'], {
      detached: true,
      stdio: ['ignore', stdout, stderr],
      env: environment,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    await writeFile(config.pidFile, `${child.pid}\n`);
    child.unref();
    logger.log('info', 'Detached from shell, now running in background.');
  } catch (cause) {
    throw new ConfigError(`Cannot daemonize: ${(cause as Error).message}`, { cause });
  } finally {
    for (const stream of [stdout, stderr]) if (typeof stream === 'number') closeSync(stream);
  }
}

function openStream(file: string | undefined, name: 'stdout' | 'stderr'): number | 'ignore' {
  if (file === undefined) return 'ignore';
  try {
    return openSync(file, 'w');
  } catch (cause) {
    throw new ConfigError(`Cannot create file for daemon ${name}: ${(cause as Error).message}`, { cause });
  }
}
