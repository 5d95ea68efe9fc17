import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does work that writes files. A signal that ends the process does so after what is incomplete has been removed.
 *
 * Only while this goes on: a policy that never ends is ended by a signal because nobody handles it.
 *
 * @param clear removes from the terminal what is not to stay there
 */
export async function interruptible<T>(clear: () => void, work: () => Promise<T>): Promise<T> {
  const end = (signal: (typeof signals)[number]): void => {
    clear();
    stopHandling();
    // Whoever has started the process learns what ended it; and reading that never ends, as from a pipe, would
    // hold up the end of a process that exits. The first process of a container survives its own signals, and exits.
    process.once('exit', () => process.kill(process.pid, signal));
    process.exit(128 + constants.signals[signal]);
  };
  const stopHandling = (): void => {
    for (const signal of signals) process.off(signal, end);
  };
  for (const signal of signals) process.on(signal, end);
  try {
    return await work();
  } finally {
    stopHandling();
  }
}
