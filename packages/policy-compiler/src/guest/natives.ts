/** What the glue (or, while the policy is compiled, the compiler) does for the runtime. */
export interface Natives {
  /** Calls the host. Throws the text of its error: a string, no Error. */
  readonly call: (binding: string, namespace: string, operation: string, payload: string) => string;
  /** The UTF-8 of a text; it must be well-formed. */
  readonly encode: (text: string) => ArrayBuffer;
  /** UTF-8 as text; what is not valid becomes U+FFFD. The bounds must lie in the buffer. */
  readonly decode: (buffer: ArrayBuffer, offset: number, length: number) => string;
  /** Writes to stderr; does nothing where there is none. */
  readonly print: (text: string) => void;
}

const nativeNames = { call: '__kw_call', encode: '__kw_encode', decode: '__kw_decode', print: '__kw_print' };

/** Takes a native out of the global object, where policies should not find it. */
function take<Name extends keyof Natives>(name: Name): Natives[Name] {
  const globals = globalThis as unknown as Record<string, unknown>;
  const native = globals[nativeNames[name]] as Natives[Name];
  delete globals[nativeNames[name]];
  return native;
}

export const natives: Natives = {
  call: take('call'),
  encode: take('encode'),
  decode: take('decode'),
  print: take('print'),
};

/**
 * A call of a host capability.
 *
 * @throws Error with the host's text
 */
export function callHost(binding: unknown, namespace: unknown, operation: unknown, payload: unknown): string {
  try {
    return natives.call(
      String(binding),
      String(namespace),
      String(operation),
      String(payload).toWellFormed(),
    );
  } catch (text) {
    throw typeof text === 'string' ? new Error(text) : text;
  }
}

/** A global that programs can replace and that does not show up when they list globals. */
export function defineGlobal(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}
