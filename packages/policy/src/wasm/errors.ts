/** The bytes are not a WebAssembly module that can be read. */
export class WasmFormatError extends Error {
  override readonly name = 'WasmFormatError';
  /** Where in the module the problem was found, in bytes. */
  readonly offset: number;

  constructor(detail: string, offset: number) {
    super(`${detail} (at offset 0x${offset.toString(16)})`);
    this.offset = offset;
  }
}
