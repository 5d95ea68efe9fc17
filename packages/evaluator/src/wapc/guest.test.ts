import { beforeEach, describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { HostCallError } from '../host/errors.ts';
import type { HostGate } from '../host/gate.ts';
import type { PolicyLogEntry } from '../host/log.ts';
import { maximumNameBytes } from '../runtime/host-call.ts';
import type { EvaluationContext } from '../runtime/policy-runtime.ts';
import type { WapcAnswer } from './call.ts';
import { maximumPrintedBytes } from './guest-log.ts';
import { WapcGuest } from './guest.ts';
import { maximumErrorBytes, maximumResponseBytes } from './host.ts';
import { wapcImports } from './imports.ts';

const wat = await wabt();
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const wapc = wapcImports.map(({ name, parameters, results }) => {
  const result = results.length === 0 ? '' : '(result i32)';
  return `(import "wapc" "${name}" (func $${name.slice(2)} (param ${parameters.join(' ')}) ${result}))`;
});
const wasi = `
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))`;

/** Texts that guests use, with their addresses: at 16 bytes each from 256 on. */
const texts = ['kubewarden', 'ns', 'op', 'payload', 'boom', 'fine', 'stdin'] as const;
const at = (text: (typeof texts)[number]): string =>
  `(i32.const ${256 + 16 * texts.indexOf(text)}) (i32.const ${text.length})`;
const notText = '(i32.const 512) (i32.const 4)';
const data = `${texts.map((text, index) => `(data (i32.const ${256 + 16 * index}) "${text}")`).join('\n')}
  (data (i32.const 512) "ab\\ff\\fe")`;

/** A guest whose `__guest_call` has that body; `$operation` and `$payload` are the lengths. */
function compile(body: string, rest = ''): WebAssembly.Module {
  const text = `(module ${wapc.join('\n')} ${wasi}
    (memory (export "memory") 4 8) ${data}
    (global $seen (mut i32) (i32.const 0))
    (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32) ${body}) ${rest})`;
  return compileText(text);
}

function compileText(text: string): WebAssembly.Module {
  return new WebAssembly.Module(new Uint8Array(wat.parseWat('guest.wat', text).toBinary({}).buffer));
}

let log: PolicyLogEntry[];
let context: EvaluationContext;
beforeEach(() => {
  log = [];
  context = contextWith(() => {
    throw new HostCallError('not expected');
  });
});

function contextWith(call: HostGate['call'], policyId = 'privileged-pods'): EvaluationContext {
  const gate: HostGate = {
    permissions: { policyId, hostCapabilities: { kind: 'allow-all' }, contextAwareResources: [] },
    log: (entry) => log.push(entry),
    call,
    fetch: () => new Uint8Array(),
  };
  return { policyId, settings: encode('{}'), gate };
}

async function create(wasm: WebAssembly.Module): Promise<WapcGuest> {
  const imports = WebAssembly.Module.imports(wasm);
  return WapcGuest.create({ wasm, imports, name: 'digest' }, { log: (entry) => log.push(entry) });
}

/** Calls `validate` of a guest with that body and says what came back. */
async function run(body: string, rest = ''): Promise<string> {
  const guest = await create(compile(body, rest));
  return describeAnswer(await guest.call('validate', [encode('payload')], context));
}

function describeAnswer(answer: WapcAnswer): string {
  if (answer.kind === 'response') return decode(answer.bytes);
  return `${answer.trapped ? 'trap' : 'error'}: ${answer.message}`;
}

const respond = `(call $guest_response ${at('fine')})`;
const complain = `(call $guest_error ${at('boom')})`;

describe('the outcome of a call', () => {
  it.each([
    ['0, error', `${complain} (i32.const 0)`, 'error: boom'],
    ['0, response and error', `${respond} ${complain} (i32.const 0)`, 'error: boom'],
    ['0, nothing', '(i32.const 0)', 'error: No error message set for call failure'],
    ['0, response', `${respond} (i32.const 0)`, 'error: No error message set for call failure'],
    ['1, response', `${respond} (i32.const 1)`, 'fine'],
    ['2, response', `${respond} (i32.const 2)`, 'fine'],
    ['1, response and error', `${respond} ${complain} (i32.const 1)`, 'fine'],
    ['1, error', `${complain} (i32.const 1)`, 'error: boom'],
    ['1, nothing', '(i32.const 1)', 'error: No error message OR response set for call success'],
    ['a trap', `${respond} unreachable`, 'trap: unreachable'],
    [
      'exit 0',
      `${respond} (call $proc_exit (i32.const 0)) (i32.const 1)`,
      'trap: Exited with i32 exit status 0',
    ],
    ['exit 3', '(call $proc_exit (i32.const 3)) (i32.const 1)', 'trap: Exited with i32 exit status 3'],
  ])('%s', async (_name, body, outcome) => {
    expect(await run(body)).toBe(outcome);
  });

  it('is the latest response and the latest error', async () => {
    const body = `(call $guest_response ${at('boom')}) ${respond} (i32.const 1)`;
    expect(await run(body)).toBe('fine');
  });

  it('reports endless recursion as a trap', async () => {
    const recursion =
      '(func $deeper (param i32) (result i32) (call $deeper (i32.add (local.get 0) (i32.const 1))))';
    expect(await run('(call $deeper (i32.const 0))', recursion)).toBe(
      'trap: Maximum call stack size exceeded',
    );
  });

  it('cuts an error text that is too long', async () => {
    const length = maximumErrorBytes + 1;
    const body = `(memory.fill (i32.const 1024) (i32.const 120) (i32.const ${length}))
      (call $guest_error (i32.const 1024) (i32.const ${length})) (i32.const 0)`;
    expect(await run(body)).toBe(`error: ${'x'.repeat(maximumErrorBytes)}… (${length} bytes)`);
  });
});

describe('what a guest may not do', () => {
  const outside = 'trap: memory access out of bounds';
  const utf8 = 'Utf8Error { valid_up_to: 2, error_len: Some(1) }';
  const name = `(i32.const 1024) (i32.const ${maximumNameBytes + 1})`;
  it.each([
    ['response out of bounds', '(call $guest_response (i32.const -1) (i32.const 2))', outside],
    ['response of 4 GiB', '(call $guest_response (i32.const 0) (i32.const -1))', outside],
    ['error across the end', '(call $guest_error (i32.const 262143) (i32.const 2))', outside],
    ['request out of bounds', '(call $guest_request (i32.const 0) (i32.const 262140))', outside],
    ['operation out of bounds', '(call $guest_request (i32.const -4) (i32.const 0))', outside],
    ['console out of bounds', '(call $console_log (i32.const 0) (i32.const -8))', outside],
    [
      'error that is not UTF-8',
      `(call $guest_error ${notText})`,
      `trap: guest_error_func: cannot convert message to UTF8: ${utf8}`,
    ],
    [
      'console text that is not UTF-8',
      `(call $console_log ${notText})`,
      `trap: console_log: cannot convert message to UTF8: ${utf8}`,
    ],
    [
      'binding that is not UTF-8',
      `(drop (call $host_call ${notText} ${at('ns')} ${at('op')} ${at('payload')}))`,
      `trap: host_call: cannot convert bd to UTF8: ${utf8}`,
    ],
    [
      'namespace that is not UTF-8',
      `(drop (call $host_call ${at('ns')} ${notText} ${at('op')} ${at('payload')}))`,
      `trap: host_call: cannot convert ns to UTF8: ${utf8}`,
    ],
    [
      'operation that is not UTF-8',
      `(drop (call $host_call ${at('ns')} ${at('op')} ${notText} ${at('payload')}))`,
      `trap: host_call: cannot convert op to UTF8: ${utf8}`,
    ],
    [
      'namespace that is too long',
      `(drop (call $host_call ${at('ns')} ${name} ${at('op')} ${at('payload')}))`,
      `trap: host_call: ns is longer than ${maximumNameBytes} bytes`,
    ],
    [
      'payload out of bounds',
      `(drop (call $host_call ${at('ns')} ${at('ns')} ${at('op')} (i32.const -9) (i32.const 64)))`,
      outside,
    ],
  ])('%s', async (_name, body, outcome) => {
    expect(await run(`${body} ${respond} (i32.const 1)`)).toBe(outcome);
  });

  it('read the stdin of the host, or find files', async () => {
    const body = `(i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 64))
      (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))
      (if (i32.load (i32.const 8)) (then unreachable)) ${respond} (i32.const 1)`;
    expect(await run(body)).toBe('fine');
  });
});

it('gives the guest its operation and its payload', async () => {
  const body = `(call $guest_request (i32.const 1024) (i32.add (i32.const 1024) (local.get $operation)))
    (call $guest_response (i32.const 1024) (i32.add (local.get $operation) (local.get $payload))) (i32.const 1)`;
  const guest = await create(compile(body));
  const answer = await guest.call('validate', ['{"request":', '1', '}'].map(encode), context);
  expect(describeAnswer(answer)).toBe('validate{"request":1}');
});

it('traps a guest whose response is too large', async () => {
  const length = maximumResponseBytes + 1;
  const wasm = compileText(`(module
    (import "wapc" "__guest_response" (func $respond (param i32 i32))) (memory (export "memory") 1025)
    (func (export "__guest_call") (param i32 i32) (result i32)
      (call $respond (i32.const 0) (i32.const ${length})) (i32.const 1)))`);
  const guest = await create(wasm);
  expect(describeAnswer(await guest.call('validate', [], context))).toBe(
    `trap: guest_response: ${length} bytes are more than the ${maximumResponseBytes} that are allowed`,
  );
});

it('reads addresses above 2 GiB as unsigned', async () => {
  const wasm = compileText(`(module
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (memory (export "memory") 32769) (data (i32.const 0x80000000) "fine")
    (func (export "__guest_call") (param i32 i32) (result i32)
      (call $respond (i32.const 0x80000000) (i32.const 4)) (i32.const 1)))`);
  const guest = await create(wasm);
  expect(describeAnswer(await guest.call('validate', [], context))).toBe('fine');
});

describe('host calls', () => {
  const call = `(call $host_call ${at('kubewarden')} ${at('ns')} ${at('op')} ${at('payload')})`;
  /** Responds with the host's answer: `+` and the response, or `-` and the error. */
  const relay = `
    (if (i32.eq ${call} (i32.const 1))
      (then (i32.store8 (i32.const 1024) (i32.const 43)) (call $host_response (i32.const 1025)))
      (else (i32.store8 (i32.const 1024) (i32.const 45)) (call $host_error (i32.const 1025))))
    (call $guest_response (i32.const 1024)
      (i32.add (i32.const 1) (i32.add (call $host_response_len) (call $host_error_len))))
    (i32.const 1)`;

  it.each<[string, HostGate['call'], string]>([
    ['an answer at hand', () => encode('pong'), '+pong'],
    ['an answer that comes later', () => Promise.resolve(encode('pong')), '+pong'],
    [
      'a refusal',
      () => {
        throw new HostCallError('not granted');
      },
      '-not granted',
    ],
    ['a failure that comes later', () => Promise.reject(new HostCallError('timed out')), '-timed out'],
    ['an empty answer', () => new Uint8Array(), '+'],
  ])('%s', async (_name, answer, outcome) => {
    context = contextWith(answer);
    expect(await run(relay)).toBe(outcome);
  });

  it('arrive at the gate as the guest made them', async () => {
    const seen: unknown[] = [];
    context = contextWith((binding, namespace, operation, payload) => {
      seen.push(binding, namespace, operation, decode(payload));
      return new Uint8Array();
    });
    await run(relay);
    expect(seen).toEqual(['kubewarden', 'ns', 'op', 'payload']);
  });

  it('forget the answer before', async () => {
    let calls = 0;
    context = contextWith(() => {
      if (calls++ === 0) return encode('first');
      throw new HostCallError('second');
    });
    expect(await run(`(drop ${call}) ${relay}`)).toBe('-second');
  });

  it('end the evaluation when the host itself is at fault: the guest is not to judge that', async () => {
    context = contextWith(() => Promise.reject(new TypeError('a bug')));
    await expect(run(relay)).rejects.toThrow('a bug');
    context = contextWith(() => {
      throw new TypeError('another bug');
    });
    await expect(run(relay)).rejects.toThrow('another bug');
  });

  it('fail while nobody has called, and when there is no policy', async () => {
    const init = `(func (export "wapc_init") (if ${call} (then unreachable))
      (if (i32.eqz (call $host_error_len)) (then unreachable)))`;
    const guest = await create(compile(relay, init));
    expect(describeAnswer(await guest.call('protocol_version', [], undefined))).toBe(
      '-Cannot process Wasm guest request: callback channel not provided',
    );
  });

  it('suspend one guest while others go on', async () => {
    const answers: ((bytes: Uint8Array) => void)[] = [];
    context = contextWith(() => new Promise((resolve) => answers.push(resolve)));
    const wasm = compile(relay);
    const guests = await Promise.all([create(wasm), create(wasm), create(wasm)]);
    const calls = guests.map(async (guest) => describeAnswer(await guest.call('validate', [], context)));
    await expect.poll(() => answers.length).toBe(3);
    for (const index of [2, 0, 1]) answers[index]!(encode(`answer ${index}`));
    expect(await Promise.all(calls)).toEqual(['+answer 0', '+answer 1', '+answer 2']);
  });
});

/** Appends a digit to what the guest remembers. */
const mark = (digit: number): string =>
  `(global.set $seen (i32.add (i32.mul (global.get $seen) (i32.const 10)) (i32.const ${digit})))`;

/** Writes a text to a descriptor. */
const print = (fd: number, text: string): string => `
  (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const ${text.length}))
  ${Array.from(text, (character, index) => `(i32.store8 (i32.const ${1024 + index}) (i32.const ${character.charCodeAt(0)}))`).join('\n')}
  (drop (call $fd_write (i32.const ${fd}) (i32.const 0) (i32.const 1) (i32.const 8)))`;

it.each([
  ['no memory', '', "trap: Cannot find 'mem' export"],
  [
    'something else named memory',
    '(global (export "memory") i32 (i32.const 0))',
    "trap: 'mem' export cannot be converted into a Memory instance",
  ],
])('traps a guest with %s when it needs it', async (_name, rest, outcome) => {
  const wasm =
    compileText(`(module (import "wapc" "__guest_response" (func $respond (param i32 i32))) (memory 1) ${rest}
    (func (export "__guest_call") (param i32 i32) (result i32)
      (call $respond (i32.const 0) (i32.const 1)) (i32.const 1)))`);
  const guest = await create(wasm);
  expect(describeAnswer(await guest.call('validate', [], context))).toBe(outcome);
  expect(guest.reusable).toBe(false);
});

describe('initialisation', () => {
  const start = `(func (export "_start") ${mark(1)})`;
  const init = `(func (export "wapc_init") ${mark(2)})`;
  const reactor = `(func (export "_initialize") ${mark(3)})`;
  const tellSeen = `(i32.store8 (i32.const 1024) (i32.add (i32.const 48) (i32.div_u (global.get $seen) (i32.const 10))))
    (i32.store8 (i32.const 1025) (i32.add (i32.const 48) (i32.rem_u (global.get $seen) (i32.const 10))))
    (call $guest_response (i32.const 1024) (i32.const 2)) (i32.const 1)`;

  it.each([
    ['nothing', '', '00'],
    ['_start, then wapc_init', init + start, '12'],
    ['_initialize of a reactor', reactor + init, '32'],
    ['no _initialize beside _start', reactor + start, '01'],
    [
      'TinyGo, whose _start exits with 0',
      `(func (export "_start") ${mark(1)} (call $proc_exit (i32.const 0)))${init}`,
      '12',
    ],
  ])('%s', async (_name, rest, seen) => {
    expect(await run(tellSeen, rest)).toBe(seen);
  });

  const wrapped = 'unable to rehydrate wapc module: cannot build Wapc host: Initialization failed: ';
  const failed = `${wrapped}Initialization failed: `;
  it.each([
    [
      'exit 1',
      '(func (export "_start") (call $proc_exit (i32.const 1)))',
      `${failed}Exited with i32 exit status 1`,
    ],
    ['a trap', '(func (export "wapc_init") unreachable)', `${failed}unreachable`],
    [
      'a wrong type',
      '(func (export "wapc_init") (param i32))',
      `${failed}\`wapc_init\` is not a function without parameters`,
    ],
    ['a start section that traps', '(func $begin unreachable) (start $begin)', `${wrapped}unreachable`],
  ])('fails with %s', async (_name, rest, message) => {
    await expect(create(compile('(i32.const 0)', rest))).rejects.toMatchObject({
      name: 'PolicyInitializationError',
      message,
    });
  });

  it.each([
    [
      'no __guest_call',
      '(memory (export "memory") 1)',
      'Guest call function (__guest_call) not exported by wasm module.',
    ],
    [
      'another __guest_call',
      '(memory (export "memory") 1) (func (export "__guest_call") (param i32))',
      'Guest call function (__guest_call) not exported by wasm module.',
    ],
  ])('refuses a module with %s', async (_name, body, message) => {
    await expect(create(compileText(`(module ${body})`))).rejects.toThrow(wrapped + message);
  });

  it('names the import that it does not know', async () => {
    const wasm = compileText(`(module (import "env" "magic" (func)) (memory (export "memory") 1)
      (func (export "__guest_call") (param i32 i32) (result i32) unreachable))`);
    await expect(create(wasm)).rejects.toThrow(/Initialization failed: .*env.*/);
  });
});

describe('what a guest prints', () => {
  it('goes to the log of its policy, line by line', async () => {
    await run(`${print(1, 'one\ntw')} ${print(2, 'oops')} ${print(1, 'o\nthree')} ${respond} (i32.const 1)`);
    const policyId = 'privileged-pods';
    expect(log).toEqual([
      { policyId, level: 'info', message: 'one' },
      { policyId, level: 'info', message: 'two' },
      { policyId, level: 'info', message: 'three' },
      { policyId, level: 'warn', message: 'oops' },
    ]);
  });

  it('is kept apart from the next policy, and named after the module before there is one', async () => {
    const guest = await create(
      compile(
        `${print(1, 'call')} ${respond} (i32.const 1)`,
        `(func (export "_start") ${print(1, 'start')})`,
      ),
    );
    await guest.call(
      'validate',
      [],
      contextWith(() => new Uint8Array(), 'one'),
    );
    await guest.call(
      'validate',
      [],
      contextWith(() => new Uint8Array(), 'two'),
    );
    expect(log.map(({ policyId, message }) => `${policyId}: ${message}`)).toEqual([
      'digest: start',
      'one: call',
      'two: call',
    ]);
  });

  it('includes the console, which carries the number of the guest', async () => {
    await run(`(call $console_log ${at('fine')}) ${respond} (i32.const 1)`);
    expect(log).toHaveLength(1);
    expect(log[0]!.message).toMatch(/^Guest module \d+: fine$/);
  });

  it.each([
    ['stdout', `(drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))`],
    ['the console', '(call $console_log (i32.const 1024) (i32.const 1000))'],
  ])('is bounded: megabytes of %s cost the guest its output, not its verdict', async (_name, once) => {
    const body = `(memory.fill (i32.const 1024) (i32.const 120) (i32.const 1000))
      (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 1000))
      (loop $again ${once} (global.set $seen (i32.add (global.get $seen) (i32.const 1)))
        (br_if $again (i32.lt_u (global.get $seen) (i32.const 10000))))
      ${respond} (i32.const 1)`;
    expect(await run(body)).toBe('fine');
    const kept = log
      .filter(({ level }) => level === 'info')
      .map(({ message }) => message.replace(/^Guest module \d+: /, ''));
    expect(kept.join('')).toHaveLength(Math.floor(maximumPrintedBytes / 1000) * 1000);
    expect(log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      `the policy prints more than ${maximumPrintedBytes} bytes, the rest is dropped`,
    ]);
  });
});

it('forgets which descriptors a guest closed in the call before', async () => {
  const body = `(i32.store8 (i32.const 1024) (i32.add (i32.const 48) (call $fd_close (i32.const 1))))
    (call $guest_response (i32.const 1024) (i32.const 1)) (i32.const 1)`;
  const guest = await create(compile(body));
  const answers = [await guest.call('validate', [], context), await guest.call('validate', [], context)];
  expect(answers.map(describeAnswer)).toEqual(['0', '0']);
});
