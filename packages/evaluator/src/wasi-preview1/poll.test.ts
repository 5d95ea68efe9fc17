import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { GuestMemory } from '../runtime/guest-memory.ts';
import { promisingExport } from '../runtime/promise-integration.ts';
import { errno } from './errno.ts';
import { bindWasi } from './imports.ts';
import { wasiLayouts, type WasiModule } from './layout.ts';
import { ByteCollector, InputPipe } from './pipes.ts';
import { maximumSubscriptions } from './poll.ts';
import { WasiProcess } from './process.ts';

const wat = await wabt();
const modules = Object.keys(wasiLayouts) as WasiModule[];

const realtime = 0;
const monotonic = 1;
const events = 4096;
const result = 8192;
const millisecond = 1_000_000n;

/** A guest that can poll, with a clock that stands still unless it is slept on. */
class Sleeper {
  readonly stdin = new InputPipe();
  readonly sleeps: number[] = [];
  readonly memory: GuestMemory;
  readonly #module: WasiModule;
  readonly #poll: (...values: number[]) => Promise<unknown>;
  #now = 1_000n * millisecond;
  #count = 0;

  constructor(module: WasiModule = 'wasi_snapshot_preview1') {
    this.#module = module;
    const text = `(module (import "${module}" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 2)
      (func (export "poll") (param i32 i32 i32 i32) (result i32)
        local.get 0 local.get 1 local.get 2 local.get 3 call $poll))`;
    const wasm = new WebAssembly.Module(
      new Uint8Array(wat.parseWat('sleeper.wat', text).toBinary({}).buffer),
    );
    const clock = {
      realtime: () => 5_000n * millisecond + this.#now,
      monotonic: () => this.#now,
      sleep: async (milliseconds: number) => {
        this.sleeps.push(milliseconds);
        this.#now += BigInt(milliseconds) * millisecond;
      },
    };
    const sink = new ByteCollector(0);
    const process = new WasiProcess({ args: [], stdin: this.stdin, stdout: sink, stderr: sink }, { clock });
    const instance = new WebAssembly.Instance(wasm, bindWasi(process, WebAssembly.Module.imports(wasm)));
    this.memory = new GuestMemory(instance.exports['memory'] as WebAssembly.Memory);
    process.attach(instance);
    this.#poll = promisingExport(instance.exports['poll']!);
  }

  clock(id: number, timeout: bigint, flags = 0): this {
    const address = this.#begin(0);
    const clock = address + wasiLayouts[this.#module].subscriptionClock;
    this.memory.setU32(clock, id);
    this.memory.setU64(clock + 8, timeout);
    this.memory.setU16(clock + 24, flags);
    return this;
  }

  pipe(type: 1 | 2, fd: number): this {
    this.memory.setU32(this.#begin(type) + 16, fd);
    return this;
  }

  async poll(count = this.#count): Promise<unknown> {
    return this.#poll(0, events, count, result);
  }

  /** `[userdata, error, type]` of each event. */
  get happened(): unknown[] {
    return Array.from({ length: this.memory.u32(result) }, (_, index) => {
      const address = events + index * 32;
      return [Number(this.memory.u64(address)), this.memory.u16(address + 8), this.memory.u8(address + 10)];
    });
  }

  #begin(type: number): number {
    const address = this.#count * wasiLayouts[this.#module].subscription;
    this.memory.setU64(address, BigInt(100 + this.#count));
    this.memory.setU8(address + 8, type);
    this.#count++;
    return address;
  }
}

describe.each(modules)('poll_oneoff of %s', (module) => {
  it('sleeps for as long as the earliest of several clocks', async () => {
    const sleeper = new Sleeper(module)
      .clock(monotonic, 70n * millisecond)
      .clock(realtime, 20n * millisecond);
    expect(await sleeper.poll()).toBe(errno.success);
    expect(sleeper.sleeps).toEqual([20]);
    expect(sleeper.happened).toEqual([[101, errno.success, 0]]);
  });

  it('does not sleep when a pipe is ready, and tells how much there is', async () => {
    const sleeper = new Sleeper(module)
      .clock(monotonic, 70n * millisecond)
      .pipe(1, 0)
      .pipe(2, 1)
      .pipe(2, 9);
    sleeper.stdin.append(new Uint8Array(5));
    expect(await sleeper.poll()).toBe(errno.success);
    expect(sleeper.sleeps).toEqual([]);
    expect(sleeper.happened).toEqual([
      [101, errno.success, 1],
      [102, errno.success, 2],
      [103, errno.badf, 2],
    ]);
    expect(sleeper.memory.u64(events + 16)).toBe(5n);
  });
});

describe('poll_oneoff', () => {
  it.each([
    ['monotonic', monotonic, 1_030n * millisecond],
    ['realtime', realtime, 6_030n * millisecond],
  ])('waits until a moment of the %s clock', async (_name, id, moment) => {
    const sleeper = new Sleeper().clock(id, moment, 1);
    expect(await sleeper.poll()).toBe(errno.success);
    expect(sleeper.sleeps).toEqual([30]);
  });

  it('returns at once for a moment in the past', async () => {
    const sleeper = new Sleeper().clock(monotonic, 5n, 1).clock(monotonic, 10n * millisecond);
    expect(await sleeper.poll()).toBe(errno.success);
    expect(sleeper.sleeps).toEqual([]);
    expect(sleeper.happened).toEqual([[100, errno.success, 0]]);
  });

  it('sleeps in pieces when a timer of the host cannot wait that long', async () => {
    const sleeper = new Sleeper().clock(monotonic, BigInt(2 ** 31) * millisecond);
    expect(await sleeper.poll()).toBe(errno.success);
    expect(sleeper.sleeps).toEqual([2 ** 31 - 1, 1]);
  });

  it.each<[string, Sleeper, number | undefined]>([
    ['nothing to wait for', new Sleeper(), 0],
    ['too much to wait for', new Sleeper().clock(monotonic, 1n), maximumSubscriptions + 1],
    ['a clock that does not exist', new Sleeper().clock(4, 1n), undefined],
    ['a moment of a CPU clock', new Sleeper().clock(2, 1n, 1), undefined],
    ['an unknown flag', new Sleeper().clock(monotonic, 1n, 2), undefined],
  ])('refuses %s', async (_name, sleeper, count) => {
    expect(await sleeper.poll(count)).toBe(errno.inval);
    expect(sleeper.sleeps).toEqual([]);
  });

  it('suspends the guest and leaves the thread to others', async () => {
    const order: string[] = [];
    const slow = new Sleeper().clock(monotonic, 40n * millisecond);
    const fast = new Sleeper().pipe(2, 1);
    const waiting = slow.poll().then(() => order.push('slow'));
    await fast.poll().then(() => order.push('fast'));
    await waiting;
    expect(order).toEqual(['fast', 'slow']);
  });
});
