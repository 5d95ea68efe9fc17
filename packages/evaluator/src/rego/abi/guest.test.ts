import loadWabt from 'wabt';
import { describe, expect, test } from 'vitest';
import { compilePolicyModule } from '../../module/compile.ts';
import { systemClock, systemRandom } from '../../runtime/options.ts';
import { RegoEvaluationError } from './errors.ts';
import { maximumPrinted } from './evaluation.ts';
import { createRegoGuest, type RegoGuest } from './guest.ts';

const wabt = await loadWabt();
const utf8 = new TextEncoder();

/** The parts of a hand-made module that a test may replace; everything else is as harmless as can be. */
interface Parts {
  readonly builtins?: string;
  readonly entrypoints?: string;
  /** Instructions of `eval`, which leave an i32. */
  readonly evaluate?: string;
  readonly result?: string;
  readonly version?: number;
  readonly without?: string;
}

function data(address: number, content: string): string {
  const escaped = JSON.stringify(`${content}\0`).replaceAll(String.raw`\u0000`, String.raw`\00`);
  return `(data (i32.const ${address}) ${escaped})`;
}

/** Values of this module are the addresses of their own JSON, and the heap has one place only. */
function wat(parts: Parts): string {
  const exports: Readonly<Record<string, string>> = {
    builtins: '(result i32) i32.const 1024',
    entrypoints: '(result i32) i32.const 2048',
    opa_malloc: '(param i32) (result i32) i32.const 65536',
    opa_heap_ptr_get: '(result i32) i32.const 65536',
    opa_json_parse: '(param i32 i32) (result i32) local.get 0',
    opa_json_dump: '(param i32) (result i32) local.get 0',
    opa_value_parse: '(param i32 i32) (result i32) local.get 0',
    opa_value_dump: '(param i32) (result i32) local.get 0',
    opa_eval_ctx_new: '(result i32) i32.const 1',
    opa_eval_ctx_set_input: '(param i32 i32)',
    opa_eval_ctx_set_data: '(param i32 i32)',
    opa_eval_ctx_set_entrypoint: '(param i32 i32)',
    opa_eval_ctx_get_result: `(param i32) (result i32) ${parts.result ?? 'i32.const 4096'}`,
    eval: `(param i32) (result i32) ${parts.evaluate ?? 'i32.const 0'}`,
  };
  const functions = Object.entries(exports)
    .filter(([name]) => name !== parts.without)
    .map(([name, body]) => `(func (export "${name}") ${body})`);
  return `(module
    (import "env" "memory" (memory 2))
    (import "env" "opa_abort" (func $abort (param i32)))
    (import "env" "opa_println" (func $print (param i32)))
    (import "env" "opa_builtin1" (func $builtin (param i32 i32 i32) (result i32)))
    (global (export "opa_wasm_abi_version") i32 (i32.const ${parts.version ?? 1}))
    (global (export "opa_wasm_abi_minor_version") i32 (i32.const 2))
    ${data(1024, parts.builtins ?? '{}')}
    ${data(2048, parts.entrypoints ?? '{"policy/violation": 0}')}
    ${data(3072, '"text"')}
    ${data(3200, 'what went wrong')}
    ${data(3300, '{no value')}
    ${data(4096, '[{"result":[]}]')}
    ${functions.join('\n')})`;
}

async function load(parts: Parts): Promise<RegoGuest> {
  const { buffer } = wabt.parseWat('guest.wat', wat(parts)).toBinary({});
  const module = await compilePolicyModule(buffer, { executionMode: 'opa' });
  return createRegoGuest(module, utf8.encode('{}'), { clock: systemClock, random: systemRandom });
}

const ignore = (): void => undefined;

test('the harmless module gives its result', async () => {
  const guest = await load({});
  expect(new TextDecoder().decode(guest.evaluate([utf8.encode('{}')], ignore))).toBe('[{"result":[]}]');
});

test('modules without the functions for Rego values exchange JSON with builtins', async () => {
  const evaluate = 'i32.const 0 i32.const 0 i32.const 3072 call $builtin';
  const lines: string[] = [];
  for (const without of ['opa_value_dump', 'opa_value_parse']) {
    const guest = await load({ builtins: '{"trace": 0}', evaluate, without });
    guest.evaluate([utf8.encode('{}')], (_level, message) => lines.push(message));
  }
  expect(lines).toEqual(['text', 'text']);
});

describe('modules that are refused', () => {
  test.each<[string, Parts, string]>([
    ['a missing export', { without: 'opa_json_dump' }, 'cannot get opa_json_dump function'],
    ['another ABI', { version: 2 }, 'unsupported ABI version: 2.2'],
    ['missing builtins', { builtins: '{"b": 0, "sprintf": 1, "a": 2}' }, 'Missing Rego builtins: a, b'],
    ['builtins that are no object', { builtins: '[1]' }, "didn't return a dictionary"],
    ['builtins that are no JSON', { builtins: '{nonsense' }, 'cannot build Rego engine'],
  ])('%s', async (_name, parts, message) => {
    await expect(load(parts)).rejects.toThrow(message);
  });
});

describe('evaluations that fail', () => {
  const trace = '{"trace": 0}';

  test.each<[string, Parts, string]>([
    [
      'no entry point 0',
      { entrypoints: '{"policy/main": 1}' },
      'Rego wasm error: Cannot find the specified entrypoint 0 inside of {"policy/main": 1}',
    ],
    ['a trap', { evaluate: 'unreachable' }, 'error invoking opa_eval function: unreachable'],
    [
      'an abort',
      { evaluate: 'i32.const 3200 call $abort i32.const 0' },
      'wasm engine error: opa_abort: what went wrong',
    ],
    [
      'an abort with an address outside of the memory',
      { evaluate: 'i32.const -1 call $abort i32.const 0' },
      'cannot read from memory',
    ],
    ['a result outside of the memory', { result: 'i32.const 0x7fffffff' }, 'cannot read from memory'],
    [
      'a builtin that was not declared',
      { builtins: trace, evaluate: 'i32.const 7 i32.const 0 i32.const 3072 call $builtin' },
      'cannot find builtin 7',
    ],
    [
      'an operand that is no value',
      { builtins: trace, evaluate: 'i32.const 0 i32.const 0 i32.const 3300 call $builtin' },
      'no Rego value',
    ],
    [
      'an operand outside of the memory',
      { builtins: trace, evaluate: 'i32.const 0 i32.const 0 i32.const -4 call $builtin' },
      'cannot read from memory',
    ],
    [
      'fewer operands than the builtin has',
      {
        builtins: '{"regex.replace": 0}',
        evaluate: 'i32.const 0 i32.const 0 i32.const 3072 call $builtin',
      },
      'operand 2 must be string but got nothing',
    ],
    [
      'endless recursion',
      {
        evaluate: 'local.get 0 call $eval i32.const 1 i32.add',
        result:
          'i32.const 0) (func $eval (param i32) (result i32) local.get 0 call $eval i32.const 1 i32.add',
      },
      'Maximum call stack size exceeded',
    ],
  ])('%s', async (_name, parts, message) => {
    const guest = await load(parts);
    const evaluate = (): unknown => guest.evaluate([utf8.encode('{}')], ignore);
    expect(evaluate).toThrow(RegoEvaluationError);
    expect(evaluate).toThrow(message);
  });
});

test('a guest that prints megabytes loses its output, not its verdict', async () => {
  const loop = `(local $n i32)
    (loop $again
      i32.const 0 i32.const 0 i32.const 3072 call $builtin drop
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 100000))))
    i32.const 0`;
  const guest = await load({ builtins: '{"trace": 0}', evaluate: loop });
  const lines: string[] = [];
  guest.evaluate([utf8.encode('{}')], (_level, message) => lines.push(message));
  expect(lines.at(-1)).toBe(`the policy prints more than ${maximumPrinted} characters, the rest is dropped`);
  expect(lines.join('').length).toBeLessThan(maximumPrinted + 200);
});
