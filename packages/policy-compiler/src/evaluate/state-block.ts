import type { Engine } from './engine.ts';

/** Bytes of the block of memory that the glue works with; `engine/glue.ts` knows its layout as well. */
const blockBytes = 64;

/**
 * Makes the glue's state block: what to call, and where the state of the random generator is. The rest of the block
 * is scratch space. Returns its address.
 */
export function writeStateBlock(engine: Engine, randomState: number): number {
  const address = engine.allocate(blockBytes);
  const words = [
    engine.global('__kw_dispatch'),
    engine.global('__kw_settle'),
    engine.newUndefined(),
    randomState,
  ];
  // The values are never freed: the block refers to them as long as there are copies of this memory.
  const view = new DataView(engine.memory.buffer);
  for (const [index, word] of words.entries()) view.setUint32(address + 4 * index, word, true);
  return address;
}
