/**
 * The host stops a guest. Thrown from an import, it unwinds the guest as a trap of its own would.
 */
export class GuestTrap extends Error {
  override readonly name: string = 'GuestTrap';
}

/** A guest gave the host an address outside of its memory. */
export class GuestMemoryFault extends GuestTrap {
  override readonly name = 'GuestMemoryFault';

  constructor() {
    super('memory access out of bounds');
  }
}

/** A guest ended itself with `proc_exit`. */
export class GuestExit extends Error {
  override readonly name = 'GuestExit';
  /** 0 to 125. */
  readonly code: number;

  constructor(code: number) {
    super(`Exited with i32 exit status ${code}`);
    this.code = code;
  }
}

/**
 * Tells what went wrong in a guest.
 *
 * @param error - what a call into a guest threw
 * @returns the text of the trap, or undefined if it was not the guest's doing: the caller then throws on
 */
export function guestFaultMessage(error: unknown): string | undefined {
  if (error instanceof GuestTrap || error instanceof GuestExit) return error.message;
  if (error instanceof WebAssembly.RuntimeError) return error.message;
  // Stack overflow, or a copy that the guest asked for and that does not fit into memory.
  if (error instanceof RangeError) return error.message;
  if (error instanceof WebAssembly.Exception) return 'uncaught exception';
  if (error instanceof Error && error.name === 'SuspendError') return 'cannot wait for the host here';
  return undefined;
}
