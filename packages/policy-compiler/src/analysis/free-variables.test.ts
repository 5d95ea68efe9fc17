import { expect, it } from 'vitest';
import { findFreeVariables } from './free-variables.ts';

const names = (code: string): string[] => [...findFreeVariables(code).variables.keys()].toSorted();

it.each<[string, string, string[]]>([
  ['reads and calls', 'a; b(); c.d.e; f[g];', ['a', 'b', 'c', 'f', 'g']],
  [
    'what is declared',
    'var a = 1; let b = a; const c = b; function d() { return c; } class E extends d {} new E(d);',
    [],
  ],
  ['patterns', 'const { a, b: [c = x, ...d], ...e } = y; a; c; d; e;', ['x', 'y']],
  [
    'parameters',
    'function f({ a, b: c = d }, ...e) { return a + c + e + arguments.length + b; }',
    ['b', 'd'],
  ],
  ['arrows', '((a, b = a) => a + b + c)(); (x => x)();', ['c']],
  ['a variable before its declaration', 'f(); function f() { return v; } var v;', []],
  ['var out of blocks and loops', 'if (1) { for (var i = 0;;) var j; } i; j;', []],
  ['let and classes within blocks', '{ let a; class B {} a; B; } a; B;', ['B', 'a']],
  [
    'loops',
    'for (const k in o) k; for (const v of p) v; for (let i = 0; i < n; i++) i; k; v;',
    ['k', 'n', 'o', 'p', 'v'],
  ],
  ['switch', 'switch (s) { case t: let u = 1; u; } u;', ['s', 't', 'u']],
  ['catch', 'try {} catch ({ message }) { message; } try {} catch { e; }', ['e']],
  ['labels', 'outer: for (;;) { continue outer; break outer; }', []],
  ['property names', '({ a: 1, [b]: 2, c, d() {}, get e() { return 1; } }).f;', ['b', 'c']],
  [
    'class members',
    'class A { static x = y; #p = q; [r]() { return this.#p; } static { var s; s; t; } }',
    ['q', 'r', 't', 'y'],
  ],
  ['names of expressions', '(function f() { return f; }); (class C { m() { return C; } });', []],
  ['new.target and templates', 'function F() { return new.target; } F; `${a}`; b`x`;', ['a', 'b']],
  ['assignments that read', 'a += 1; b++; [c] = d;', ['a', 'b', 'c', 'd']],
  ['iife bundles', 'var p = (() => { var x = {}; return __toCommonJS(x); })();', ['__toCommonJS']],
])('%s', (_name, code, expected) => {
  expect(names(code)).toEqual(expected);
});

it('notes where a name is used first', () => {
  expect(findFreeVariables('1;\n  foo; foo').variables.get('foo')).toMatchObject({ line: 2, column: 3 });
});

it('notes what the program asks for or assigns', () => {
  const { variables } = findFreeVariables(`typeof a !== 'undefined' && a(); b = 1; b; c;`);
  expect([...variables.values()].map(({ name, isGuarded }) => [name, isGuarded])).toEqual([
    ['a', true],
    ['b', true],
    ['c', false],
  ]);
});

it('notes properties of the global object, unless it is something else', () => {
  const { properties } = findFreeVariables(
    `globalThis.a; self['b']; function f(globalThis) { globalThis.c; } d.e;`,
  );
  expect([...properties]).toEqual(['a', 'b']);
});
