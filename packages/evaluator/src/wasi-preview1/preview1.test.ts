import { beforeEach, describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { GuestExit, GuestTrap } from '../runtime/guest-fault.ts';
import { GuestMemory } from '../runtime/guest-memory.ts';
import { promisingExport } from '../runtime/promise-integration.ts';
import { maximumBuffers } from './descriptors.ts';
import { errno } from './errno.ts';
import { bindWasi, wasiPreview1Imports } from './imports.ts';
import { wasiLayouts, type WasiModule } from './layout.ts';
import { ByteCollector, InputPipe } from './pipes.ts';
import { WasiProcess } from './process.ts';

const wat = await wabt();
const modules = Object.keys(wasiLayouts) as WasiModule[];
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A guest that does nothing but export every function of WASI that it imports. */
function forwarder(module: WasiModule): WebAssembly.Module {
  const functions = wasiPreview1Imports.filter((signature) => signature.module === module);
  const imports = functions.map(({ name, parameters, results }) => {
    const result = results.length === 0 ? '' : '(result i32)';
    return `(import "${module}" "${name}" (func $${name} (param ${parameters.join(' ')}) ${result}))`;
  });
  const exports = functions.map(({ name, parameters, results }) => {
    const result = results.length === 0 ? '' : '(result i32)';
    const gets = parameters.map((_, index) => `local.get ${index}`).join(' ');
    return `(func (export "${name}") (param ${parameters.join(' ')}) ${result} ${gets} call $${name})`;
  });
  const text = `(module ${imports.join('\n')} (memory (export "memory") 1) ${exports.join('\n')})`;
  return new WebAssembly.Module(new Uint8Array(wat.parseWat('forwarder.wat', text).toBinary({}).buffer));
}

function names(module: WasiModule): string[] {
  return wasiPreview1Imports
    .filter((signature) => signature.module === module)
    .map(({ name }) => name)
    .toSorted();
}

const forwarders = Object.fromEntries(modules.map((module) => [module, forwarder(module)]));
const pageBytes = 65_536;

class Probe {
  readonly stdin = new InputPipe();
  readonly stdout = new ByteCollector(1000);
  readonly stderr = new ByteCollector(1000);
  readonly process: WasiProcess;
  readonly memory: GuestMemory;
  readonly #exports: WebAssembly.Exports;

  constructor(module: WasiModule = 'wasi_snapshot_preview1') {
    const { stdin, stdout, stderr } = this;
    const clock = { realtime: () => 1_700n, monotonic: () => 42n, sleep: () => Promise.resolve() };
    this.process = new WasiProcess(
      { args: ['policy.wasm', 'früh'], stdin, stdout, stderr },
      { clock, random: (bytes) => bytes.fill(7) },
    );
    const wasm = forwarders[module]!;
    const instance = new WebAssembly.Instance(wasm, bindWasi(this.process, WebAssembly.Module.imports(wasm)));
    this.#exports = instance.exports;
    this.memory = new GuestMemory(instance.exports['memory'] as WebAssembly.Memory);
    this.process.attach(instance);
  }

  async call(name: string, ...values: (number | bigint)[]): Promise<unknown> {
    return promisingExport(this.#exports[name]!)(...values);
  }

  /** Puts a vector of (address, length) to address 0. */
  vector(...entries: (readonly [number, number])[]): number {
    for (const [index, [address, length]] of entries.entries()) {
      this.memory.setU32(index * 8, address);
      this.memory.setU32(index * 8 + 4, length);
    }
    return entries.length;
  }
}

describe('the table of imports', () => {
  it('holds the 46 functions of preview 1 and the 45 of its predecessor', () => {
    expect(names('wasi_snapshot_preview1')).toEqual(
      (
        'args_get args_sizes_get clock_res_get clock_time_get environ_get environ_sizes_get fd_advise fd_allocate ' +
        'fd_close fd_datasync fd_fdstat_get fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get ' +
        'fd_filestat_set_size fd_filestat_set_times fd_pread fd_prestat_dir_name fd_prestat_get fd_pwrite fd_read ' +
        'fd_readdir fd_renumber fd_seek fd_sync fd_tell fd_write path_create_directory path_filestat_get ' +
        'path_filestat_set_times path_link path_open path_readlink path_remove_directory path_rename path_symlink ' +
        'path_unlink_file poll_oneoff proc_exit proc_raise random_get sched_yield sock_accept sock_recv sock_send ' +
        'sock_shutdown'
      ).split(' '),
    );
    expect(names('wasi_unstable')).toEqual(
      names('wasi_snapshot_preview1').filter((name) => name !== 'sock_accept'),
    );
  });
});

describe.each(modules)('%s', (module) => {
  let probe: Probe;
  beforeEach(() => {
    probe = new Probe(module);
  });

  it.each<[string, (number | bigint)[], number]>([
    // There are no directories, whatever number a guest tries.
    ['fd_prestat_get', [3, 0], errno.badf],
    ['fd_prestat_get', [0, 0], errno.badf],
    ['fd_prestat_dir_name', [3, 0, 8], errno.badf],
    ['fd_readdir', [3, 0, 8, 0n, 16], errno.badf],
    ['path_open', [3, 0, 0, 8, 0, 0n, 0n, 0, 64], errno.badf],
    ['path_open', [1, 0, 0, 8, 0, 0n, 0n, 0, 64], errno.notdir],
    ['path_create_directory', [4, 0, 8], errno.badf],
    ['path_rename', [0, 0, 8, 5, 0, 8], errno.badf],
    ['path_rename', [0, 0, 8, 1, 0, 8], errno.notdir],
    ['path_symlink', [0, 8, 3, 0, 8], errno.badf],
    ['path_unlink_file', [2, 0, 8], errno.notdir],
    // Nor sockets.
    ['sock_shutdown', [3, 1], errno.badf],
    ['sock_shutdown', [1, 1], errno.notsock],
    ['sock_send', [1, 0, 0, 0, 0], errno.notsock],
    // Pipes have no position and no size.
    ['fd_seek', [0, 0n, 0, 64], errno.spipe],
    ['fd_seek', [0, 0n, 3, 64], errno.inval],
    ['fd_seek', [9, 0n, 0, 64], errno.badf],
    ['fd_tell', [1, 64], errno.spipe],
    ['fd_pread', [0, 0, 0, 0n, 64], errno.spipe],
    ['fd_pwrite', [1, 0, 0, 0n, 64], errno.spipe],
    ['fd_allocate', [1, 0n, 8n], errno.notsup],
    ['fd_fdstat_set_rights', [1, 0n, 0n], errno.notsup],
    ['fd_filestat_set_size', [1, 0n], errno.inval],
    ['fd_sync', [1], errno.success],
    ['fd_datasync', [7], errno.badf],
    ['fd_fdstat_set_flags', [0, 4], errno.success],
    ['fd_fdstat_set_flags', [0, 32], errno.inval],
    // Directions.
    ['fd_read', [1, 0, 0, 64], errno.badf],
    ['fd_write', [0, 0, 0, 64], errno.badf],
    ['fd_write', [1, 0, maximumBuffers + 1, 60_000], errno.inval],
    // Clocks of CPU time would tell a guest about its neighbours.
    ['clock_time_get', [2, 0n, 64], errno.inval],
    ['clock_res_get', [3, 64], errno.inval],
    ['sched_yield', [], errno.success],
  ])('%s(%s) answers %i', async (name, values, answer) => {
    expect(await probe.call(name, ...values)).toBe(answer);
  });

  it('answers any pointer in any function with an error or a trap', async () => {
    const hostile = [0, 1, 8, pageBytes - 1, pageBytes, 0x7fffffff, -0x80000000, -8, -1];
    const functions = wasiPreview1Imports.filter((signature) => signature.module === module);
    for (const { name, parameters } of functions) {
      const probe = new Probe(module);
      for (let attempt = 0; attempt < 81; attempt++) {
        const values = parameters.map((type, index) => {
          const value = hostile[(attempt * (index + 3) + index * index + (attempt >> 3)) % hostile.length]!;
          return type === 'i64' ? BigInt(value) : value;
        });
        const outcome = await probe.call(name, ...values).catch((error: unknown) => error);
        const isGuestFault = outcome instanceof GuestTrap || outcome instanceof GuestExit;
        expect(
          isGuestFault || Number.isInteger(outcome),
          `${name}(${values.join()}): ${String(outcome)}`,
        ).toBe(true);
      }
    }
  });

  it.each<[string, (number | bigint)[]]>([
    ['args_get', [-4, 0]],
    ['args_sizes_get', [0, pageBytes - 3]],
    ['clock_time_get', [0, 0n, -1]],
    ['fd_fdstat_get', [0, pageBytes - 23]],
    ['fd_filestat_get', [0, pageBytes - wasiLayouts[module].filestat + 1]],
    ['fd_read', [0, -8, 1, 0]],
    ['fd_write', [1, pageBytes - 4, 1, 0]],
    ['path_open', [3, 0, -1, -1, 0, 0n, 0n, 0, 0]],
    ['poll_oneoff', [0, pageBytes - 16, 1, 0]],
    ['random_get', [8, -1]],
    ['random_get', [pageBytes, 1]],
  ])('%s(%s) is EFAULT', async (name, values) => {
    expect(await probe.call(name, ...values)).toBe(errno.fault);
  });

  it('describes stdin and stdout as pipes, which are no terminals', async () => {
    expect(await probe.call('fd_fdstat_get', 0, 0)).toBe(errno.success);
    expect([probe.memory.u8(0), probe.memory.u16(2), probe.memory.u64(8), probe.memory.u64(16)]).toEqual([
      0,
      0,
      1n << 1n,
      0n,
    ]);
    expect(await probe.call('fd_fdstat_get', 1, 0)).toBe(errno.success);
    expect([probe.memory.u8(0), probe.memory.u16(2), probe.memory.u64(8)]).toEqual([0, 1, 1n << 6n]);
  });

  it('fills exactly the bytes of a filestat', async () => {
    const { filestat } = wasiLayouts[module];
    probe.memory.window(0, 128).fill(0xff);
    expect(await probe.call('fd_filestat_get', 0, 0)).toBe(errno.success);
    expect(probe.memory.window(0, filestat).every((byte) => byte === 0)).toBe(true);
    expect(probe.memory.u8(filestat)).toBe(0xff);
  });
});

describe('a process', () => {
  it('gets its arguments as UTF-8 and no environment', async () => {
    const probe = new Probe();
    await probe.call('args_sizes_get', 0, 4);
    expect([probe.memory.u32(0), probe.memory.u32(4)]).toEqual([2, 18]);
    await probe.call('args_get', 0, 100);
    expect([probe.memory.u32(0), probe.memory.u32(4)]).toEqual([100, 112]);
    expect(decode(probe.memory.window(100, 18))).toBe('policy.wasm\0früh\0');
    await probe.call('environ_sizes_get', 0, 4);
    expect([probe.memory.u32(0), probe.memory.u32(4)]).toEqual([0, 0]);
  });

  it('reads stdin into several buffers, meets its end, and reads on when more has come', async () => {
    const probe = new Probe();
    probe.stdin.append(encode('hel'));
    probe.stdin.append(encode('lo'));
    const count = probe.vector([100, 4], [200, 4]);
    const read = async (): Promise<number> => {
      expect(await probe.call('fd_read', 0, 0, count, 64)).toBe(errno.success);
      return probe.memory.u32(64);
    };
    expect(await read()).toBe(5);
    expect(decode(probe.memory.window(100, 4)) + decode(probe.memory.window(200, 1))).toBe('hello');
    expect([await read(), await read()]).toEqual([0, 0]);
    probe.stdin.append(encode('again'));
    expect(await read()).toBe(5);
  });

  it('writes to stdout until there is no room, and is told so', async () => {
    const probe = new Probe();
    probe.memory.write(100, encode('x'.repeat(600)));
    const count = probe.vector([100, 600]);
    expect(await probe.call('fd_write', 1, 0, count, 64)).toBe(errno.success);
    expect(await probe.call('fd_write', 1, 0, count, 64)).toBe(errno.nospc);
    expect(probe.stdout.bytes.byteLength).toBe(600);
    expect(probe.stdout.overflowed).toBe(true);
  });

  it('can close and renumber descriptors', async () => {
    const probe = new Probe();
    probe.memory.write(100, encode('to stderr'));
    const count = probe.vector([100, 9]);
    expect(await probe.call('fd_renumber', 2, 3)).toBe(errno.badf);
    expect(await probe.call('fd_renumber', 2, 1)).toBe(errno.success);
    expect(await probe.call('fd_write', 1, 0, count, 64)).toBe(errno.success);
    expect(decode(probe.stderr.bytes)).toBe('to stderr');
    expect(await probe.call('fd_close', 2)).toBe(errno.badf);
    expect(await probe.call('fd_close', 1)).toBe(errno.success);
    expect(await probe.call('fd_write', 1, 0, count, 64)).toBe(errno.badf);
  });

  it('sees the clocks, and random numbers in pieces that Web Crypto allows', async () => {
    const probe = new Probe();
    await probe.call('clock_time_get', 0, 0n, 0);
    await probe.call('clock_time_get', 1, 0n, 8);
    expect([probe.memory.u64(0), probe.memory.u64(8)]).toEqual([1_700n, 42n]);
    expect(await probe.call('random_get', 0, pageBytes)).toBe(errno.success);
    expect(probe.memory.window(0, pageBytes).every((byte) => byte === 7)).toBe(true);
  });

  it.each([0, 1, 125])('exits with %i', async (code) => {
    await expect(new Probe().call('proc_exit', code)).rejects.toMatchObject({ name: 'GuestExit', code });
  });

  it.each([126, 255, -1])('traps instead of exiting with %i', async (code) => {
    await expect(new Probe().call('proc_exit', code)).rejects.toThrow(
      'exit with invalid exit status outside of [0..126)',
    );
  });

  it('traps when it raises a signal', async () => {
    await expect(new Probe().call('proc_raise', 6)).rejects.toThrow(GuestTrap);
  });
});
