import { GuestExit, GuestTrap } from '../runtime/guest-fault.ts';
import { errno } from './errno.ts';
import type { WasiFunctions } from './function.ts';
import type { WasiProcess } from './process.ts';
import { totalBytes } from '../runtime/guest-memory.ts';

/** The most that Web Crypto fills at once. */
const randomChunk = 65_536;
/** Exit codes above are reserved for signals. */
const maximumExitCode = 125;

const clockRealtime = 0;
const clockMonotonic = 1;

/** Nanoseconds. `Date.now` counts milliseconds; of `performance.now` a microsecond is safe to say everywhere. */
const resolutions = new Map([
  [clockRealtime, 1_000_000n],
  [clockMonotonic, 1_000n],
]);

/** Arguments, environment, clocks, random numbers, and the end of the process. */
export const environmentFunctions: WasiFunctions = {
  args_sizes_get: {
    parameters: 'ii',
    run: (process, count: number, size: number) => writeSizes(process, process.args, count, size),
  },
  args_get: {
    parameters: 'ii',
    run: (process, pointers: number, buffer: number) => writeStrings(process, process.args, pointers, buffer),
  },
  environ_sizes_get: {
    parameters: 'ii',
    run: (process, count: number, size: number) => writeSizes(process, [], count, size),
  },
  environ_get: {
    parameters: 'ii',
    run: (process, pointers: number, buffer: number) => writeStrings(process, [], pointers, buffer),
  },
  clock_res_get: {
    parameters: 'ii',
    run: (process, id: number, result: number) => writeTime(process, result, resolutions.get(id)),
  },
  clock_time_get: {
    parameters: 'iIi',
    run: (process, id: number, _precision: bigint, result: number) =>
      writeTime(process, result, now(process, id)),
  },
  random_get: { parameters: 'ii', run: getRandom },
  sched_yield: { parameters: '', run: () => errno.success },
  proc_exit: { parameters: 'i', noReturn: true, run: exit },
  proc_raise: {
    parameters: 'i',
    run: () => {
      throw new GuestTrap('proc_raise unsupported');
    },
  },
};

function writeSizes(
  { memory }: WasiProcess,
  strings: readonly Uint8Array[],
  count: number,
  size: number,
): number {
  memory.setU32(count, strings.length);
  memory.setU32(size, totalBytes(strings));
  return errno.success;
}

function writeStrings(
  { memory }: WasiProcess,
  strings: readonly Uint8Array[],
  pointers: number,
  buffer: number,
): number {
  let pointer = pointers >>> 0;
  let address = buffer >>> 0;
  for (const string of strings) {
    memory.write(address, string);
    memory.setU32(pointer, address);
    address += string.byteLength;
    pointer += 4;
  }
  return errno.success;
}

function writeTime({ memory }: WasiProcess, result: number, time: bigint | undefined): number {
  memory.window(result, 8);
  if (time === undefined) return errno.inval;
  memory.setU64(result, time);
  return errno.success;
}

/** The clocks of CPU time are not offered: they tell a guest what its neighbours do. */
function now(process: WasiProcess, id: number): bigint | undefined {
  if (id === clockRealtime) return process.clock.realtime();
  if (id === clockMonotonic) return process.clock.monotonic();
  return undefined;
}

function getRandom({ memory, random }: WasiProcess, address: number, length: number): number {
  const window = memory.window(address, length);
  for (let start = 0; start < window.byteLength; start += randomChunk) {
    random(window.subarray(start, start + randomChunk));
  }
  return errno.success;
}

function exit(_process: WasiProcess, status: number): never {
  const code = status >>> 0;
  if (code > maximumExitCode) throw new GuestTrap('exit with invalid exit status outside of [0..126)');
  throw new GuestExit(code);
}
