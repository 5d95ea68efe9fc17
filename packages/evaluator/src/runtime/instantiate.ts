import { PolicyInitializationError } from './errors.ts';
import { guestFaultMessage } from './guest-fault.ts';

/**
 * Makes an instance of a policy's module; a start section, if there is one, runs here.
 *
 * @throws PolicyInitializationError if the module wants other imports, its start section traps, or there is no
 *   memory left for it
 */
export async function instantiate(
  wasm: WebAssembly.Module,
  imports: WebAssembly.Imports,
): Promise<WebAssembly.Instance> {
  try {
    return await WebAssembly.instantiate(wasm, imports);
  } catch (cause) {
    // A TypeError says that an imported module is missing as a whole.
    const isLinkError = cause instanceof WebAssembly.LinkError || cause instanceof TypeError;
    const message = isLinkError ? cause.message : guestFaultMessage(cause);
    if (message === undefined) throw cause;
    throw new PolicyInitializationError(message, { cause });
  }
}
