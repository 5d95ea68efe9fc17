import { createHash } from 'node:crypto';
import {
  encodeName,
  encodeVector,
  writeModule,
  type ExecutionMode,
  type SectionContent,
} from '@kubewarden/policy';
import { array, assert, asyncProperty, nat, record } from 'fast-check';
import loadWabt from 'wabt';
import { describe, expect, it } from 'vitest';
import { compilePolicyModule } from './compile.ts';
import { PolicyModuleError } from './error.ts';

const wabt = await loadWabt();
const features = { memory64: true, threads: true, multi_memory: true, exceptions: true };

function assemble(wat: string): Uint8Array {
  return wabt.parseWat('guest.wat', wat, features).toBinary({}).buffer;
}

function compile(
  bytes: Uint8Array,
  executionMode: ExecutionMode = 'kubewarden-wapc',
  maximumMemoryBytes?: number,
) {
  return compilePolicyModule(bytes, {
    executionMode,
    ...(maximumMemoryBytes === undefined ? {} : { maximumMemoryBytes }),
  });
}

const section = (id: number, ...entries: (readonly number[])[]): SectionContent => ({
  id,
  payload: encodeVector(entries.map((entry) => Uint8Array.from(entry))),
});

/** A module with a function that adds pages, whose body may have other instructions before. */
function growingModule(
  instructions: readonly number[],
  types: readonly (readonly number[])[] = [],
): Uint8Array {
  const body = [0, ...instructions, 0x20, 0, 0x40, 0, 0x0b];
  return writeModule([
    section(1, [0x60, 1, 0x7f, 1, 0x7f], ...types),
    section(3, [0]),
    section(5, [0, 1]),
    section(7, [...encodeName('memory'), 2, 0], [...encodeName('grow'), 0, 0]),
    section(10, [body.length, ...body]),
  ]);
}

describe('compilePolicyModule', () => {
  const build = 'error when building wasm module:';
  it.each([
    ['text', new TextEncoder().encode('(module)'), `${build} the module is in text format`],
    [
      'text with a comment',
      new TextEncoder().encode('\n;; policy\n(module)'),
      `${build} the module is in text format`,
    ],
    [
      'a component',
      Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0),
      `${build} this is a WebAssembly component`,
    ],
    ['something else', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46), `${build} not a WebAssembly module`],
    ['nothing', new Uint8Array(), `${build} not a WebAssembly module`],
    ['half a module', growingModule([]).subarray(0, 30), build],
    ['invalid code', growingModule([0x6a]), build],
    ['a shared memory', assemble('(module (memory 1 2 shared))'), 'shared memory'],
    ['a 64-bit memory', assemble('(module (memory i64 1))'), '64-bit memory'],
    [
      'gigabytes of memory',
      assemble('(module (memory 32768))'),
      '2147483648 bytes of memory to start, at most 536870912',
    ],
    [
      'several memories that are too large together',
      assemble('(module (memory 5000) (memory 5000))'),
      '655360000 bytes',
    ],
    ['huge tables', assemble('(module (table 600000 funcref) (table 600000 funcref))'), '1200000 elements'],
    [
      'exports with names of the host',
      assemble(
        '(module (memory (export "memory") 1) (global (export "kubewarden:sandbox/global/0") (mut i32) (i32.const 0)))',
      ),
      'a name reserved for the host',
    ],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(compile(bytes)).rejects.toThrow(PolicyModuleError);
    await expect(compile(bytes)).rejects.toThrow(message);
  });

  it('refuses a memory above the cap that the caller sets', async () => {
    const bytes = assemble('(module (memory 17))');
    await expect(compile(bytes, 'wasi', 1024 * 1024)).rejects.toThrow(
      'the module needs 1114112 bytes of memory to start, at most 1048576 are allowed',
    );
    expect((await compile(bytes, 'wasi', 2 * 1024 * 1024)).sandbox).toMatchObject({
      initialPages: 17,
      maximumPages: 32,
    });
  });

  it.each<[mode: ExecutionMode, imports: string, message: string | undefined]>([
    ['kubewarden-wapc', '(import "wapc" "__guest_request" (func (param i32 i32)))', undefined],
    [
      'kubewarden-wapc',
      '(import "wasi_unstable" "fd_write" (func (param i32 i32 i32 i32) (result i32)))',
      undefined,
    ],
    ['wasi', '(import "host" "call" (func (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))', undefined],
    [
      'gatekeeper',
      '(import "env" "memory" (memory 2)) (import "env" "opa_abort" (func (param i32)))',
      undefined,
    ],
    [
      'kubewarden-wapc',
      '(import "wapc" "__guest_request" (func (param i32 i64)))',
      'error when building wapc precompiled stack: incompatible import type for `wapc::__guest_request`: the module wants (i32, i64) -> (), the host offers (i32, i32) -> ()',
    ],
    [
      'kubewarden-wapc',
      '(import "env" "b" (func)) (import "env" "a" (func))',
      'error when building wapc precompiled stack: unknown imports: `env::a`, `env::b` have not been defined',
    ],
    [
      'wasi',
      '(import "wapc" "__guest_request" (func (param i32 i32)))',
      'wasi precompiled stack: unknown import: `wapc::__guest_request`',
    ],
    ['opa', '(import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))', 'unknown import'],
    ['kubewarden-wapc', '(import "env" "memory" (memory 1))', 'unknown import: `env::memory`'],
    ['kubewarden-wapc', '(import "env" "g" (global (mut i32)))', 'unknown import: `env::g`'],
    ['kubewarden-wapc', '(import "env" "t" (table 1 funcref))', 'unknown import: `env::t`'],
  ])('checks the imports of a %s module: %s', async (mode, imports, message) => {
    const compiled = compile(assemble(`(module ${imports})`), mode);
    if (message === undefined) await expect(compiled).resolves.toBeDefined();
    else await expect(compiled).rejects.toThrow(message);
  });

  it('gives the digest of the bytes as they came', async () => {
    const bytes = assemble('(module (memory (export "memory") 1))');
    expect((await compile(bytes)).digest).toBe(createHash('sha256').update(bytes).digest('hex'));
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    expect((await compile(shared)).digest).toBe((await compile(bytes)).digest);
  });

  it('makes something that can be sent to other threads', async () => {
    const module = await compile(growingModule([]));
    expect(structuredClone(module)).toEqual(module);
  });

  it('keeps a start function and what it left', async () => {
    const { wasm } = await compile(
      assemble(`(module (memory (export "memory") 1) (func $s (drop (memory.grow (i32.const 1)))
        (i32.store (i32.const 0) (memory.size))) (start $s))`),
    );
    const { memory } = new WebAssembly.Instance(wasm).exports as { memory: WebAssembly.Memory };
    expect(new Uint32Array(memory.buffer, 0, 1)[0]).toBe(2);
  });

  it('gives Rego modules a memory that starts as the plan says', async () => {
    const { wasm, sandbox } = await compile(
      assemble(`(module (import "env" "memory" (memory 2)) (export "memory" (memory 0))
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`),
      'opa',
      20 * 65_536,
    );
    expect(sandbox).toMatchObject({ strategy: 'restore', initialPages: 5, maximumPages: 20 });
    const memory = new WebAssembly.Memory({ initial: sandbox.initialPages, maximum: sandbox.maximumPages });
    const { exports } = new WebAssembly.Instance(wasm, { env: { memory } });
    const { grow } = exports as { grow: (pages: number) => number };
    expect([grow(16), grow(15), grow(1)]).toEqual([-1, 5, -1]);
  });

  it('caps tables', async () => {
    const { wasm } = await compile(
      assemble(`(module (memory 1) (table 1 funcref)
        (func (export "grow") (param i32) (result i32) (table.grow 0 (ref.null func) (local.get 0))))`),
    );
    const { grow } = new WebAssembly.Instance(wasm).exports as { grow: (elements: number) => number };
    expect([grow(1_000_000), grow(999_999)]).toEqual([-1, 1]);
  });
});

describe('instrumentation', () => {
  const original = assemble(`(module (memory (export "memory") 1 9) (table 2 funcref) (elem (i32.const 0) $f)
    (global (mut i32) (i32.const 7)) (global (mut f64) (f64.const 0)) (data (i32.const 8) "policy")
    (func $f (export "f") (param i32) (result i32) (local i64)
      (block (loop (br_if 1 (memory.grow (local.get 0))) (global.set 0 (memory.size))))
      (table.set 0 (i32.const 1) (ref.func $f)) (call_indirect (param i32) (result i32) (global.get 0) (i32.const 0)))
    (func (drop (memory.grow (i32.const 200000))) (memory.fill (i32.const 0) (i32.const 1) (i32.const 2))))`);

  it('never makes a module valid that was not, nor the other way round', async () => {
    const change = record({ at: nat({ max: original.length - 9 }), value: nat({ max: 255 }) });
    await assert(
      asyncProperty(array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = Uint8Array.from(original);
        for (const { at, value } of changes) bytes[8 + at] = value;
        const outcome = await compile(bytes).then(
          () => 'accepted',
          (error: unknown) => (error instanceof PolicyModuleError ? error.message : error),
        );
        if (!WebAssembly.validate(bytes)) expect(outcome).toMatch(/^error when building/);
        // What the engine takes may still want imports, or more memory than it gets.
        else if (outcome !== 'accepted') expect(outcome).toMatch(/import|not supported|to start/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('fresh instances', () => {
  const gc = growingModule([0x01], [[0x5f, 1, 0x7f, 1]]);
  it.each([
    ['the code is not understood: instruction 0xFB', growingModule([0x41, 0, 0xfb, 0x1c, 0x1a])],
    ['objects', gc],
    ['does not export its memory', assemble('(module (memory (export "mem") 1))')],
    ['several memories', assemble('(module (memory (export "memory") 1) (memory 1))')],
    [
      'a mutable global that JavaScript cannot read',
      assemble('(module (memory (export "memory") 1) (global (mut v128) (v128.const i64x2 0 0)))'),
    ],
    ['drops segments', assemble('(module (memory (export "memory") 1) (data $d "x") (func (data.drop $d)))')],
    [
      'changes tables of more than 2048 elements',
      assemble(
        '(module (memory (export "memory") 1) (table 2049 funcref) (func (table.set 0 (i32.const 0) (ref.null func))))',
      ),
    ],
  ])('are used where a reset is impossible: %s', async (reason, bytes) => {
    const { sandbox } = await compile(bytes);
    expect(sandbox.strategy).toBe('fresh');
    expect(sandbox.reason).toContain(reason);
  });

  it('have capped memories, too', async () => {
    const { wasm, sandbox } = await compile(gc, 'kubewarden-wapc', 3 * 65_536);
    expect(sandbox.strategy).toBe('fresh');
    const { grow } = new WebAssembly.Instance(wasm).exports as { grow: (pages: number) => number };
    expect([grow(3), grow(2)]).toEqual([-1, 1]);
  });
});
