import { RegistryError } from '@kubewarden/registry';
import { CliError } from '../terminal/cli-error.ts';

/** Asks a registry; what it does not do is said as it is for all commands. */
export async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    throw new CliError(`Fail to interact with OCI registry: ${cause.message}`, { cause });
  }
}
