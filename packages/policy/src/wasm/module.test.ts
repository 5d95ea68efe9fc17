import { describe, expect, it } from 'vitest';
import createWabt from 'wabt';
import { ByteReader } from './byte-reader.ts';
import { encodeName, encodeSigned, encodeSized, encodeUnsigned, encodeVector } from './encode.ts';
import { WasmFormatError } from './errors.ts';
import { exportNames, functionType, readModule } from './module.ts';
import {
  appendEntries,
  customContent,
  customSection,
  sectionIds,
  walkSections,
  withSection,
} from './sections.ts';
import { writeModule, type SectionContent } from './sections.ts';

const wabt = await createWabt();
// The published types do not know all features.
const features = { exceptions: true, multi_memory: true, memory64: true };

function compile(wat: string): Uint8Array<ArrayBuffer> {
  const module = wabt.parseWat('test.wat', wat, features);
  return Uint8Array.from(module.toBinary({}).buffer);
}

const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

const full = compile(`(module
  (import "env" "f" (func $f (param i32 i64) (result f32)))
  (import "env" "t" (table 1 2 funcref))
  (import "env" "g" (global (mut i32)))
  (import "env" "e" (tag (param i32)))
  (memory (export "memory") 2 16)
  (memory i64 1)
  (table 3 externref)
  (global (export "counter") (mut i64) (i64.const -1))
  (global v128 (v128.const i32x4 1 2 3 4))
  (func $start)
  (func (export "run") (param f64) (result i32) (i32.const 7))
  (start $start)
  (elem (i32.const 0) $f)
  (elem func $start)
  (elem declare func $start)
  (elem funcref (ref.func $start) (ref.null func))
  (data (i32.const 8) "active")
  (data "passive")
  (func (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 1)))
)`);

describe('readModule', () => {
  const module = readModule(full);

  it('finds imports, exports and what the module defines', () => {
    expect(module.imports).toMatchObject([
      { module: 'env', name: 'f', kind: 'function' },
      { name: 't', kind: 'table', table: { elementType: 'funcref', limits: { minimum: 1, maximum: 2 } } },
      { name: 'g', kind: 'global', global: { type: 'i32', mutable: true } },
      { name: 'e', kind: 'tag' },
    ]);
    expect(module.exports).toMatchObject([
      { name: 'memory', kind: 'memory', index: 0 },
      { name: 'counter', kind: 'global', index: 1 },
      { name: 'run', kind: 'function', index: 2 },
    ]);
    expect(module.memories).toMatchObject([
      { minimum: 2, maximum: 16, is64: false, shared: false },
      { minimum: 1, is64: true },
    ]);
    expect(module.tables).toMatchObject([{ elementType: 'externref', limits: { minimum: 3 } }]);
    expect(module.globals).toMatchObject([
      { type: 'i64', mutable: true },
      { type: 'v128', mutable: false },
    ]);
    expect(module.start).toBe(1);
    expect(module.dataCount).toBe(2);
    expect(module.bodies).toHaveLength(3);
    expect(module.elements.map(({ mode, length }) => `${mode} ${length}`)).toEqual([
      'active 1',
      'passive 1',
      'declarative 1',
      'passive 2',
    ]);
    expect(
      module.data.map(({ mode, start, end }) => [mode, new TextDecoder().decode(full.subarray(start, end))]),
    ).toEqual([
      ['active', 'active'],
      ['passive', 'passive'],
    ]);
  });

  it('knows the types of imported and defined functions', () => {
    expect(functionType(module, 0)).toEqual({
      kind: 'function',
      parameters: ['i32', 'i64'],
      results: ['f32'],
    });
    expect(functionType(module, 2)).toEqual({ kind: 'function', parameters: ['f64'], results: ['i32'] });
    expect(functionType(module, 99)).toBeUndefined();
  });

  it('writes the same module again', () => {
    expect(writeModule(module.sections)).toEqual(full);
  });

  it('flattens the recursion groups of GC types', () => {
    const types = [
      // rec { sub (struct (field (mut i32) i8)); array (ref null 0) }, then func (param eqref) (result (ref 1))
      [0x4e, 2, 0x50, 0, 0x5f, 2, 0x7f, 1, 0x78, 0, 0x5e, 0x63, 0, 0],
      [0x60, 1, 0x6d, 1, 0x64, 1],
    ].map((type) => Uint8Array.from(type));
    const gc = writeModule([{ id: sectionIds.type, payload: encodeVector(types) }]);
    expect(WebAssembly.validate(gc)).toBe(true);
    expect(readModule(gc).types).toEqual([
      { kind: 'struct' },
      { kind: 'array' },
      { kind: 'function', parameters: ['ref'], results: ['ref'] },
    ]);
  });
});

describe('damaged modules', () => {
  it.each<[string, number[], string]>([
    ['no bytes', [], 'the magic number is missing'],
    ['text', [...new TextEncoder().encode('(module)')], 'the magic number is missing'],
    ['half a header', [0, 0x61, 0x73, 0x6d, 1], 'unexpected end of the module'],
    ['a component', [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0], 'a WebAssembly component; a core module is needed'],
    ['another version', [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0], 'WebAssembly version 2 is not supported'],
    [
      'a section longer than the module',
      [...header, 1, 100, 0],
      'section 1 has 100 bytes but only 1 are left',
    ],
    [
      'a section of 4 GiB',
      [...header, 1, 0xff, 0xff, 0xff, 0xff, 0x0f],
      'has 4294967295 bytes but only 0 are left',
    ],
    ['an endless length', [...header, 1, 0x80, 0x80, 0x80, 0x80, 0x80], 'longer than 32 bits'],
    ['an unknown section', [...header, 99, 0], 'section id 99 is unknown'],
    ['sections out of order', [...header, 3, 1, 0, 1, 1, 0], 'section 1 is out of order or comes twice'],
    ['a section twice', [...header, 1, 1, 0, 1, 1, 0], 'section 1 is out of order or comes twice'],
    ['a section with something behind it', [...header, 1, 2, 0, 0], 'section 1 is longer than its content'],
    ['four billion types', [...header, 1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f], 'claims 4294967295 entries'],
    ['four billion functions', [...header, 3, 5, 0xff, 0xff, 0xff, 0xff, 0x0f], 'claims 4294967295 entries'],
    ['a name that is not UTF-8', [...header, 0, 2, 1, 0xff], 'a name is not valid UTF-8'],
    ['a name longer than its section', [...header, 0, 1, 5], 'unexpected end of the module'],
    ['functions without bodies', [...header, 3, 2, 1, 0], '1 functions are declared but 0 have a body'],
    ['an unknown type form', [...header, 1, 2, 1, 0x11], 'type form 0x11 is unknown'],
    ['an unknown value type', [...header, 1, 4, 1, 0x60, 1, 0x11], 'value type 0x11 is unknown'],
    [
      'a call in a constant',
      [...header, 6, 5, 1, 0x7f, 0, 0x10, 0x0b],
      'not allowed in a constant expression',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => readModule(Uint8Array.from(bytes))).toThrow(WasmFormatError);
    expect(() => readModule(Uint8Array.from(bytes))).toThrow(message);
  });

  it('are noticed wherever a module is cut, and only by this error', () => {
    const boundaries = new Set([...walkSections(full)].map(({ start, payload }) => start + payload.length));
    for (let length = 0; length < full.length; length++) {
      // Cut between two sections, what is left is well-formed until functions lack their bodies.
      if (length === header.length || boundaries.has(length)) continue;
      expect(() => readModule(full.subarray(0, length))).toThrow(WasmFormatError);
    }
  });

  it('do no harm with any byte changed', () => {
    for (let offset = header.length; offset < full.length; offset++) {
      for (const value of [0x00, 0x7f, 0x80, 0xff]) {
        const changed = full.slice();
        changed[offset] = value;
        try {
          readModule(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(WasmFormatError);
        }
      }
    }
  });
});

describe('sections', () => {
  it('are walked no further than asked', () => {
    const damaged = writeModule([customSection('first', Uint8Array.of(1, 2)), customSection('x', full)]);
    const walk = walkSections(damaged.subarray(0, damaged.length - 10));
    const first = walk.next().value as Parameters<typeof customContent>[0];
    expect(first.name).toBe('first');
    expect([...customContent(first)]).toEqual([1, 2]);
    expect(customContent(first).buffer).toBe(damaged.buffer);
    expect(() => walk.next()).toThrow(WasmFormatError);
  });

  it('can be replaced and extended, so that a new function can be exported', async () => {
    const module = readModule(compile('(module (func (export "one") (result i32) (i32.const 1)))'));
    const payloadOf = (id: number): Uint8Array | undefined =>
      module.sections.find((section) => section.id === id)?.payload;
    const body = encodeSized(Uint8Array.of(0, 0x41, ...encodeSigned(-70_000), 0x0b));
    const exported = Uint8Array.of(...encodeName('two'), 0, ...encodeUnsigned(1));
    const changes: [number, Uint8Array][] = [
      [sectionIds.function, encodeUnsigned(0)],
      [sectionIds.code, body],
      [sectionIds.export, exported],
      [sectionIds.memory, Uint8Array.of(0, 1)],
    ];
    let sections: SectionContent[] = [...module.sections];
    for (const [id, entry] of changes) {
      sections = withSection(sections, { id, payload: appendEntries(payloadOf(id), [entry]) });
    }
    const bytes = writeModule(sections);
    expect(exportNames(bytes)).toEqual(['one', 'two']);
    const { instance } = await WebAssembly.instantiate(bytes);
    const { one, two } = instance.exports as { one: () => number; two: () => number };
    expect([one(), two()]).toEqual([1, -70_000]);
  });

  it('keep custom sections where they are', () => {
    const sections = [
      customSection('a', new Uint8Array(0)),
      { id: sectionIds.type, payload: Uint8Array.of(0) },
    ];
    const changed = withSection(sections, { id: sectionIds.memory, payload: Uint8Array.of(0) });
    expect(changed.map(({ id }) => id)).toEqual([sectionIds.custom, sectionIds.type, sectionIds.memory]);
  });
});

describe('integers', () => {
  it.each([0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 - 1])('reads back the unsigned %d', (value) => {
    const encoded = encodeUnsigned(value);
    expect(new ByteReader(encoded).unsigned()).toBe(value);
    expect(new ByteReader(encoded).unsigned64()).toBe(value);
  });

  it.each([
    [0, [0x00]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-(2n ** 63n), [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]],
  ])('writes the signed %d in the fewest bytes', (value, bytes) => {
    expect([...encodeSigned(value)]).toEqual(bytes);
  });
});
