/** Opcodes that this host writes into modules, by the names of the core specification. */
export const op = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i32Eq: 0x46,
  i32LtU: 0x49,
  i32GtU: 0x4b,
  i32GeU: 0x4f,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32And: 0x71,
  i32ShrU: 0x76,
  /** Prefix of the vector instructions that follow. */
  vector: 0xfd,
  v128Load: 0x00,
  v128Store: 0x0b,
  v128Const: 0x0c,
  v128Or: 0x50,
  v128AnyTrue: 0x53,
} as const;

/** Type of a block that leaves nothing. */
export const noResult = 0x40;

/** Kinds of imports and exports. */
export const externalKind = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** First byte of a function type. */
export const functionForm = 0x60;
