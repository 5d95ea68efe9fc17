import loadWabt from 'wabt';
import { describe, expect, it } from 'vitest';
import { compilePolicyModule } from '../module/compile.ts';
import type { PolicyModule } from '../module/policy-module.ts';
import { promisingExport, suspendingImport } from '../runtime/promise-integration.ts';
import { maximumKeptGrowth, maximumKeptMemory, Sandboxes, type Guest } from './sandboxes.ts';

const wabt = await loadWabt();

async function compile(wat: string, maximumMemoryBytes?: number): Promise<PolicyModule> {
  const parsed = wabt.parseWat('guest.wat', wat, { simd: true, bulk_memory: true, reference_types: true });
  return compilePolicyModule(parsed.toBinary({}).buffer, {
    executionMode: 'kubewarden-wapc',
    ...(maximumMemoryBytes === undefined ? {} : { maximumMemoryBytes }),
  });
}

type Exports = Record<'remember' | 'grow' | 'pages' | 'read' | 'write', (...values: number[]) => number>;

interface TestGuest extends Guest {
  readonly call: Exports;
}

async function instantiate({ wasm }: PolicyModule): Promise<TestGuest> {
  const instance = await WebAssembly.instantiate(wasm);
  const exports = instance.exports as { memory: WebAssembly.Memory };
  return { instance, memory: exports.memory, call: instance.exports as unknown as Exports };
}

function sandboxesOf(module: PolicyModule, options?: { maximumIdle?: number }): Sandboxes<TestGuest> {
  return new Sandboxes(module.sandbox, () => instantiate(module), options);
}

/** Calls the guest in a sandbox, `times` after each other, and gathers the distinct answers. */
async function answers(
  sandboxes: Sandboxes<TestGuest>,
  times: number,
  call: (guest: TestGuest) => number,
): Promise<number[]> {
  const seen = new Set<number>();
  for (let time = 0; time < times; time++) {
    const guest = await sandboxes.acquire();
    seen.add(call(guest));
    sandboxes.release(guest);
  }
  return [...seen];
}

/** Whether a guest shows, by its answer or by a trap, that it was called before. */
function remembers(call: () => number): boolean {
  try {
    return call() !== 0;
  } catch {
    return true;
  }
}

/** Guests whose function `remember` returns what it finds where the last call left something. */
const hidingPlaces = {
  'the data segment': `(memory (export "memory") 2) (data (i32.const 1024) "\\01\\02\\03\\04")
    (func (export "remember") (param i32) (result i32)
      (i32.sub (i32.load (i32.const 1024)) (i32.const 0x04030201))
      (i32.store (i32.const 1024) (local.get 0)))`,
  'memory that was zero': `(memory (export "memory") 17)
    (func (export "remember") (param i32) (result i32)
      (i32.load (i32.const 500000)) (i32.store (i32.const 500000) (local.get 0)))`,
  'the last byte': `(memory (export "memory") 1)
    (func (export "remember") (param i32) (result i32)
      (i32.load8_u (i32.const 65535)) (i32.store8 (i32.const 65535) (local.get 0)))`,
  'an i32 global': `(memory (export "memory") 1) (global $g (mut i32) (i32.const 0))
    (func (export "remember") (param i32) (result i32) (global.get $g) (global.set $g (local.get 0)))`,
  'an i64 global': `(memory (export "memory") 1) (global $g (mut i64) (i64.const 0))
    (func (export "remember") (param i32) (result i32)
      (i32.wrap_i64 (i64.shr_u (global.get $g) (i64.const 32)))
      (global.set $g (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32))))`,
  'an f32 global': `(memory (export "memory") 1) (global $g (mut f32) (f32.const 0))
    (func (export "remember") (param i32) (result i32)
      (i32.reinterpret_f32 (global.get $g)) (global.set $g (f32.reinterpret_i32 (local.get 0))))`,
  'an f64 global': `(memory (export "memory") 1) (global $g (mut f64) (f64.const 0))
    (func (export "remember") (param i32) (result i32)
      (i32.trunc_f64_u (global.get $g)) (global.set $g (f64.convert_i32_u (local.get 0))))`,
  'a v128 global': `(memory (export "memory") 1) (global $g (mut v128) (v128.const i32x4 0 0 0 0))
    (func (export "remember") (param i32) (result i32)
      (i32x4.extract_lane 3 (global.get $g)) (global.set $g (i32x4.splat (local.get 0))))`,
  'a global that refers to a function': `(memory (export "memory") 1)
    (global $g (mut funcref) (ref.null func)) (elem declare func $f) (func $f)
    (func (export "remember") (param i32) (result i32)
      (i32.eqz (ref.is_null (global.get $g))) (global.set $g (ref.func $f)))`,
  'a table': `(memory (export "memory") 1) (table $t 4 funcref) (elem declare func $f) (func $f)
    (func (export "remember") (param i32) (result i32)
      (i32.eqz (ref.is_null (table.get $t (i32.const 2)))) (table.set $t (i32.const 2) (ref.func $f)))`,
  'the size of a table': `(memory (export "memory") 1) (table $t 4 100 funcref)
    (func (export "remember") (param i32) (result i32)
      (i32.sub (table.size $t) (i32.const 4)) (drop (table.grow $t (ref.null func) (i32.const 1))))`,
  'the size of the memory': `(memory (export "memory") 1)
    (func (export "remember") (param i32) (result i32)
      (i32.sub (memory.size) (i32.const 1)) (drop (memory.grow (i32.const 1))))`,
  'a page that was added': `(memory (export "memory") 1)
    (func (export "remember") (param i32) (result i32)
      (if (i32.eq (memory.size) (i32.const 1)) (then (drop (memory.grow (i32.const 3)))))
      (i32.load (i32.const 200000)) (i32.store (i32.const 200000) (local.get 0)))`,
  'a passive data segment': `(memory (export "memory") 1) (data $d "\\01")
    (func (export "remember") (param i32) (result i32)
      (i32.store8 (i32.const 0) (i32.const 0))
      (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d)
      (i32.sub (i32.load8_u (i32.const 0)) (i32.const 1)))`,
  'a passive element segment': `(memory (export "memory") 1) (table $t 1 funcref) (func $f) (elem $e func $f)
    (func (export "remember") (param i32) (result i32)
      (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop $e) (i32.const 0))`,
};

describe('a guest that tries to remember the last review', () => {
  it.each(Object.entries(hidingPlaces))('finds nothing in %s', async (_, body) => {
    const module = await compile(`(module ${body})`);
    expect(await answers(sandboxesOf(module), 50, ({ call }) => call.remember(77))).toEqual([0]);
    const { call } = await instantiate(module);
    call.remember(77);
    expect(remembers(() => call.remember(77))).toBe(true);
  });

  it('finds nothing, a hundred thousand times', { timeout: 60_000 }, async () => {
    const module = await compile(`(module (memory (export "memory") 2) (global $g (mut i32) (i32.const 0))
      (func (export "remember") (param i32) (result i32)
        (i32.or (i32.or (i32.load (i32.const 16)) (i32.load (i32.const 131068))) (global.get $g))
        (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 131068) (local.get 0))
        (global.set $g (local.get 0))))`);
    expect(module.sandbox.strategy).toBe('restore');
    expect(await answers(sandboxesOf(module), 100_000, ({ call }) => call.remember(-1))).toEqual([0]);
  });

  it('finds nothing after a trap, even if the sandbox is given back', async () => {
    const module = await compile(`(module (memory (export "memory") 1) (global $depth (mut i32) (i32.const 0))
      (func (export "remember") (param i32) (result i32)
        (if (i32.or (global.get $depth) (i32.load (i32.const 8))) (then (return (i32.const 1))))
        (global.set $depth (i32.const 1)) (i32.store (i32.const 8) (i32.const 1)) (unreachable)))`);
    const sandboxes = sandboxesOf(module);
    for (let time = 0; time < 10; time++) {
      const guest = await sandboxes.acquire();
      expect(() => guest.call.remember(1)).toThrow(WebAssembly.RuntimeError);
      sandboxes.release(guest);
    }
  });
});

const allocator = `(module (memory (export "memory") 1)
  (func (export "pages") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "write") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "read") (param i32) (result i32) (i32.load (local.get 0))))`;

describe('growth of a memory', () => {
  it('looks like growth to the guest, every time', async () => {
    const sandboxes = sandboxesOf(await compile(allocator));
    for (let time = 0; time < 3; time++) {
      const guest = await sandboxes.acquire();
      const { pages, grow, write, read } = guest.call;
      expect([grow(0), grow(2), grow(3), pages()]).toEqual([1, 1, 3, 6]);
      expect(read(6 * 65_536 - 4)).toBe(0);
      write(6 * 65_536 - 4, 1);
      sandboxes.release(guest);
    }
  });

  it('happens once: the pages are used again', async () => {
    const sandboxes = sandboxesOf(await compile(allocator), { maximumIdle: 1 });
    const sizes = new Set<number>();
    for (let time = 0; time < 100; time++) {
      const guest = await sandboxes.acquire();
      guest.call.grow(9);
      sizes.add(guest.memory.buffer.byteLength);
      sandboxes.release(guest);
    }
    expect([...sizes]).toEqual([10 * 65_536]);
  });

  it.each([
    ['up to the cap', 15, 1],
    ['beyond the cap', 16, -1],
    ['by almost 2^32 pages', -1, -1],
    ['by 2^31 pages', -(2 ** 31), -1],
  ])('%s', async (_, pages, answer) => {
    const module = await compile(allocator, 1024 * 1024);
    expect(module.sandbox.maximumPages).toBe(16);
    const guest = await instantiate(module);
    expect(guest.call.grow(pages)).toBe(answer);
    expect(guest.call.grow(0)).toBe(answer === 1 ? 16 : 1);
  });

  it.each(['wasi', 'kubewarden-wapc'] as const)(
    'is capped for a %s module that only grows',
    async (executionMode) => {
      const { buffer } = wabt.parseWat('guest.wat', allocator).toBinary({});
      const module = await compilePolicyModule(buffer, { executionMode, maximumMemoryBytes: 3 * 65_536 });
      const { call, memory } = await instantiate(module);
      expect([call.grow(3), call.grow(2), call.grow(1)]).toEqual([-1, 1, -1]);
      expect(memory.buffer.byteLength).toBe(3 * 65_536);
    },
  );

  it('leaves nothing behind in pages that the next guest did not ask for', async () => {
    const sandboxes = sandboxesOf(await compile(allocator));
    const first = await sandboxes.acquire();
    first.call.grow(5);
    for (let address = 65_536; address < 6 * 65_536; address += 1024) first.call.write(address, -1);
    sandboxes.release(first);
    const second = await sandboxes.acquire();
    expect(second).toBe(first);
    expect(new Uint8Array(second.memory.buffer).every((byte) => byte === 0)).toBe(true);
  });

  it('keeps the maximum that the module declares', async () => {
    const guest = await instantiate(await compile(allocator.replace('") 1)', '") 1 4)')));
    expect([guest.call.grow(4), guest.call.grow(3)]).toEqual([-1, 1]);
  });

  it('by more than is worth clearing ends a sandbox', async () => {
    const sandboxes = sandboxesOf(await compile(allocator));
    const first = await sandboxes.acquire();
    first.call.grow(maximumKeptGrowth / 65_536);
    sandboxes.release(first);
    const second = await sandboxes.acquire();
    expect(second).toBe(first);
    second.call.grow(maximumKeptGrowth / 65_536 + 1);
    sandboxes.release(second);
    expect(await sandboxes.acquire()).not.toBe(first);
  });
});

describe('sandboxes', () => {
  it('start from what create left, each from its own', async () => {
    const module = await compile(allocator);
    let seed = 1;
    const sandboxes = new Sandboxes(module.sandbox, async () => {
      const guest = await instantiate(module);
      guest.call.write(100, seed++);
      return guest;
    });
    const lent = [await sandboxes.acquire(), await sandboxes.acquire()];
    for (const guest of lent) {
      guest.call.write(100, -1);
      sandboxes.release(guest);
    }
    expect(lent.map(({ call }) => call.read(100))).toEqual([1, 2]);
  });

  it('are new ones after a discard', async () => {
    const sandboxes = sandboxesOf(await compile(allocator));
    const first = await sandboxes.acquire();
    sandboxes.discard(first);
    expect(await sandboxes.acquire()).not.toBe(first);
  });

  it('are kept up to a number', async () => {
    const sandboxes = sandboxesOf(await compile(allocator), { maximumIdle: 1 });
    const [first, second] = [await sandboxes.acquire(), await sandboxes.acquire()];
    sandboxes.release(first);
    sandboxes.release(second);
    expect(await sandboxes.acquire()).toBe(first);
    expect(await sandboxes.acquire()).not.toBe(second);
  });

  it('can only be kept if they are among the first four that are lent for each idle one', async () => {
    const sandboxes = sandboxesOf(await compile(allocator), { maximumIdle: 1 });
    const lent: TestGuest[] = [];
    for (let count = 0; count < 5; count++) lent.push(await sandboxes.acquire());
    sandboxes.release(lent[4]!);
    const sixth = await sandboxes.acquire();
    expect(lent).not.toContain(sixth);
    sandboxes.release(lent[3]!);
    expect(await sandboxes.acquire()).toBe(lent[3]);
  });

  it('are not kept if their memory is too large', async () => {
    const pages = maximumKeptMemory / 65_536;
    for (const [initial, kept] of [
      [pages, true],
      [pages + 1, false],
    ] as const) {
      const sandboxes = sandboxesOf(await compile(allocator.replace('") 1)', `") ${initial})`)));
      const first = await sandboxes.acquire();
      sandboxes.release(first);
      expect((await sandboxes.acquire()) === first).toBe(kept);
    }
  });

  it('refuse to be given back twice, or after a discard', async () => {
    const sandboxes = sandboxesOf(await compile(allocator));
    const [first, second] = [await sandboxes.acquire(), await sandboxes.acquire()];
    sandboxes.release(first);
    expect(() => sandboxes.release(first)).toThrow('not lent');
    sandboxes.discard(second);
    expect(() => sandboxes.release(second)).toThrow('not lent');
  });

  it('are not kept after dispose', async () => {
    const sandboxes = sandboxesOf(await compile(allocator));
    const [idle, lent] = [await sandboxes.acquire(), await sandboxes.acquire()];
    sandboxes.release(idle);
    sandboxes.dispose();
    sandboxes.release(lent);
    expect([idle, lent]).not.toContain(await sandboxes.acquire());
  });

  it('pass on why a guest could not be made', async () => {
    const { sandbox } = await compile(allocator);
    const sandboxes = new Sandboxes<TestGuest>(sandbox, () => Promise.reject(new Error('no memory left')));
    await expect(sandboxes.acquire()).rejects.toThrow('no memory left');
  });

  it('stay valid while 500 guests are suspended in them', async () => {
    const wat = `(module (import "wapc" "__host_call" (func $wait (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1) (global $g (mut i32) (i32.const 0))
      (func (export "run") (param $id i32) (result i32)
        (i32.or (global.get $g) (i32.load (i32.const 0)))
        (global.set $g (local.get $id)) (i32.store (i32.const 0) (local.get $id))
        (drop (call $wait (local.get $id) (i32.const 0) (i32.const 0) (i32.const 0)
          (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
        (i32.or (i32.sub (local.get $id) (global.get $g)))
        (i32.or (i32.sub (local.get $id) (i32.load (i32.const 0))))))`;
    const module = await compile(wat);
    const waiting: (() => void)[] = [];
    const suspend = suspendingImport(() => new Promise<number>((resolve) => waiting.push(() => resolve(1))));
    const sandboxes = new Sandboxes(
      module.sandbox,
      async () => {
        const instance = await WebAssembly.instantiate(module.wasm, { wapc: { __host_call: suspend } });
        const { memory, run } = instance.exports as {
          memory: WebAssembly.Memory;
          run: WebAssembly.ExportValue;
        };
        return { instance, memory, run: promisingExport(run) };
      },
      { maximumIdle: 500 },
    );
    for (let round = 0; round < 2; round++) {
      const running = Array.from({ length: 500 }, async (_, index) => {
        const guest = await sandboxes.acquire();
        const answer = await guest.run(index + 1);
        sandboxes.release(guest);
        return answer;
      });
      while (waiting.length < 500) await new Promise((resolve) => setTimeout(resolve));
      for (const resume of waiting.splice(0).toReversed()) resume();
      expect(new Set(await Promise.all(running))).toEqual(new Set([0]));
    }
  });
});
