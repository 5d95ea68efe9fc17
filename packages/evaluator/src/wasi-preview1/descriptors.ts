import type { GuestMemory } from '../runtime/guest-memory.ts';
import { errno } from './errno.ts';
import type { WasiFunction, WasiFunctions } from './function.ts';
import type { WasiLayout } from './layout.ts';
import type { Descriptor, WasiProcess } from './process.ts';

/** The most buffers that one read or write may name, as on POSIX systems (`IOV_MAX`). */
export const maximumBuffers = 1024;

const rightRead = 1n << 1n;
const rightWrite = 1n << 6n;
/** append, dsync, nonblock, rsync, sync. */
const knownFlags = 0b11111;

/** Functions on open descriptors. */
export function descriptorFunctions(layout: WasiLayout): WasiFunctions {
  return {
    fd_read: { parameters: 'iiii', run: read },
    fd_write: { parameters: 'iiii', run: write },
    fd_pread: { parameters: 'iiiIi', run: unseekable },
    fd_pwrite: { parameters: 'iiiIi', run: unseekable },
    fd_close: { parameters: 'i', run: close },
    fd_renumber: { parameters: 'ii', run: renumber },
    fd_fdstat_get: { parameters: 'ii', run: getStatus },
    fd_fdstat_set_flags: { parameters: 'ii', run: setFlags },
    fd_filestat_get: {
      parameters: 'ii',
      // A pipe has neither device nor inode, size or times; its type is "unknown", 0.
      run: (process, fd: number, result: number) => {
        const window = process.memory.window(result, layout.filestat);
        if (!process.descriptors.has(fd)) return errno.badf;
        window.fill(0);
        return errno.success;
      },
    },
    fd_seek: {
      parameters: 'iIii',
      run: (process, fd: number, _offset: bigint, whence: number, result: number) => {
        process.memory.window(result, 8);
        return whence >>> 0 > 2 ? errno.inval : onPipe(process, fd, errno.spipe);
      },
    },
    fd_tell: {
      parameters: 'ii',
      run: (process, fd: number, result: number) => {
        process.memory.window(result, 8);
        return onPipe(process, fd, errno.spipe);
      },
    },
    fd_advise: fixed('iIIi', errno.spipe),
    fd_allocate: fixed('iII', errno.notsup),
    fd_datasync: fixed('i', errno.success),
    fd_sync: fixed('i', errno.success),
    fd_fdstat_set_rights: fixed('iII', errno.notsup),
    fd_filestat_set_size: fixed('iI', errno.inval),
    fd_filestat_set_times: fixed('iIIi', errno.inval),
  };
}

/** A function that has one answer for every open descriptor, since all of them are pipes. */
function fixed(parameters: string, answer: number): WasiFunction {
  return { parameters, run: (process, fd: number) => onPipe(process, fd, answer) };
}

function onPipe(process: WasiProcess, fd: number, answer: number): number {
  return process.descriptors.has(fd) ? answer : errno.badf;
}

/** The windows that a vector of (address, length) names; undefined if it is too long. */
function buffers(memory: GuestMemory, vector: number, count: number): Uint8Array[] | undefined {
  const length = count >>> 0;
  if (length > maximumBuffers) return undefined;
  const start = vector >>> 0;
  memory.window(start, length * 8);
  return Array.from({ length }, (_, index) =>
    memory.window(memory.u32(start + index * 8), memory.u32(start + index * 8 + 4)),
  );
}

function read(process: WasiProcess, fd: number, vector: number, count: number, result: number): number {
  const targets = buffers(process.memory, vector, count);
  process.memory.window(result, 4);
  const descriptor = process.descriptors.get(fd);
  if (descriptor?.kind !== 'input') return errno.badf;
  if (targets === undefined) return errno.inval;
  let total = 0;
  for (const target of targets) {
    const filled = descriptor.pipe.read(target);
    total += filled;
    if (filled < target.byteLength) break;
  }
  process.memory.setU32(result, total);
  return errno.success;
}

function write(process: WasiProcess, fd: number, vector: number, count: number, result: number): number {
  const sources = buffers(process.memory, vector, count);
  process.memory.window(result, 4);
  const descriptor = process.descriptors.get(fd);
  if (descriptor?.kind !== 'output') return errno.badf;
  if (sources === undefined) return errno.inval;
  let total = 0;
  for (const source of sources) {
    if (!descriptor.sink.write(source)) {
      if (total === 0) return errno.nospc;
      break;
    }
    total += source.byteLength;
  }
  process.memory.setU32(result, total);
  return errno.success;
}

function unseekable(
  process: WasiProcess,
  fd: number,
  vector: number,
  count: number,
  _offset: bigint,
  result: number,
): number {
  buffers(process.memory, vector, count);
  process.memory.window(result, 4);
  return onPipe(process, fd, errno.spipe);
}

function close(process: WasiProcess, fd: number): number {
  if (!process.descriptors.has(fd)) return errno.badf;
  process.descriptors = new Map([...process.descriptors].filter(([number]) => number !== fd));
  return errno.success;
}

/** The number `to` has to be open, too: programs cannot choose new numbers. */
function renumber(process: WasiProcess, from: number, to: number): number {
  const descriptor = process.descriptors.get(from);
  if (descriptor === undefined || !process.descriptors.has(to)) return errno.badf;
  if (from === to) return errno.success;
  process.descriptors = new Map<number, Descriptor>(
    [...process.descriptors].filter(([number]) => number !== from && number !== to),
  ).set(to, descriptor);
  return errno.success;
}

function getStatus(process: WasiProcess, fd: number, result: number): number {
  const { memory } = process;
  const window = memory.window(result, 24);
  const descriptor = process.descriptors.get(fd);
  if (descriptor === undefined) return errno.badf;
  // The type stays 0, "unknown": that is a pipe's, and tells programs that this is no terminal.
  window.fill(0);
  const address = result >>> 0;
  memory.setU16(address + 2, descriptor.flags);
  memory.setU64(address + 8, descriptor.kind === 'input' ? rightRead : rightWrite);
  return errno.success;
}

function setFlags(process: WasiProcess, fd: number, flags: number): number {
  const descriptor = process.descriptors.get(fd);
  if (descriptor === undefined) return errno.badf;
  if ((flags & ~knownFlags) !== 0) return errno.inval;
  process.descriptors = new Map(process.descriptors).set(fd, { ...descriptor, flags });
  return errno.success;
}
