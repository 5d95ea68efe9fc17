import { Engine } from './engine.ts';

/** What is the same in every engine that has just been started. */
export interface EngineFacts {
  /** Names of all globals. */
  readonly globals: ReadonlySet<string>;
  /** Address of the eight bytes that are the state of `Math.random`. */
  readonly randomState: number;
}

let facts: Promise<EngineFacts> | undefined;

/** Finds out about the engine, once. */
export function engineFacts(): Promise<EngineFacts> {
  return (facts ??= inspectEngine());
}

async function inspectEngine(): Promise<EngineFacts> {
  const engine = await Engine.start();
  engine.run(
    engine.compile('globalThis.__names = () => Object.getOwnPropertyNames(globalThis).join()', 'names'),
  );
  const globals = new Set(engine.callForText('__names').split(','));
  globals.delete('__names');
  engine.run(engine.compile('globalThis.__draw = () => "" + Math.random()', 'draw'));
  engine.callForText('__draw');
  const before = engine.memory.slice();
  engine.callForText('__draw');
  return { globals, randomState: findRandomState(before, engine.memory) };
}

/** The generator is xorshift64*: its state is the only value that changed as that generator changes it. */
function findRandomState(before: Uint8Array<ArrayBuffer>, after: Uint8Array<ArrayBuffer>): number {
  const old = new BigUint64Array(before.buffer);
  const now = new BigUint64Array(after.buffer);
  const found: number[] = [];
  for (const [index, value] of now.entries()) {
    if (value !== old[index] && value === nextState(old[index]!)) found.push(index * 8);
  }
  const [address] = found;
  if (address === undefined || found.length > 1) {
    throw new Error(
      'the state of the random generator cannot be found in this build of the JavaScript engine',
    );
  }
  return address;
}

function nextState(state: bigint): bigint {
  let next = state;
  next ^= next >> 12n;
  next ^= BigInt.asUintN(64, next << 25n);
  return next ^ (next >> 27n);
}
