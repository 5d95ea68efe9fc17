import { decodeRawRequest, type AdmissionResponse } from '@kubewarden/policy';
import { beforeEach, describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { HostCallError } from '../host/errors.ts';
import type { HostGate } from '../host/gate.ts';
import type { PolicyLogEntry } from '../host/log.ts';
import { compilePolicyModule } from '../module/compile.ts';
import { createPolicyRuntime } from '../runtime/create.ts';
import type { EvaluationContext, EvaluationInput, PolicyRuntime } from '../runtime/policy-runtime.ts';
import { maximumStderrBytes, maximumStdoutBytes } from './program.ts';

const wat = await wabt();
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

let log: PolicyLogEntry[];
let context: EvaluationContext;
beforeEach(() => {
  log = [];
  context = contextWith(() => new Uint8Array());
});

function contextWith(call: HostGate['call']): EvaluationContext {
  const gate: HostGate = {
    permissions: { policyId: 'pods', hostCapabilities: { kind: 'allow-all' }, contextAwareResources: [] },
    log: (entry) => log.push(entry),
    call,
    fetch: () => new Uint8Array(),
  };
  return { policyId: 'pods', settings: encode('{"key":"value"}'), gate };
}

async function compileText(text: string): Promise<PolicyRuntime> {
  const bytes = new Uint8Array(wat.parseWat('policy.wat', text).toBinary({}).buffer);
  return createPolicyRuntime(await compilePolicyModule(bytes, { executionMode: 'wasi' }));
}

/** A program with pieces of text that it can print: piece 0, 1, … with `(call $print (fd) (i32.const 0))`. */
async function program(body: string, pieces: readonly (string | Uint8Array)[] = []): Promise<PolicyRuntime> {
  const data = pieces.map((piece, index) => {
    const bytes = typeof piece === 'string' ? encode(piece) : piece;
    const escaped = Array.from(bytes, (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
    return `(data (i32.const ${4096 + 512 * index}) "${escaped}") (data (i32.const ${1024 + 4 * index})
      "\\${(bytes.byteLength & 0xff).toString(16).padStart(2, '0')}\\${(bytes.byteLength >> 8).toString(16).padStart(2, '0')}")`;
  });
  return compileText(`(module
    (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "host" "call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "kubewarden:javy/host" "call" (func $javy (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 4) ${data.join('\n')}
    (func $write (param $fd i32) (param $address i32) (param $length i32) (result i32)
      (i32.store (i32.const 0) (local.get $address)) (i32.store (i32.const 4) (local.get $length))
      (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))
    (func $print (param $fd i32) (param $piece i32)
      (drop (call $write (local.get $fd)
        (i32.add (i32.const 4096) (i32.mul (i32.const 512) (local.get $piece)))
        (i32.load (i32.add (i32.const 1024) (i32.mul (i32.const 4) (local.get $piece)))))))
    (func $relay (param $fd i32) (result i32) ;; all of stdin to a descriptor; the number of bytes
      (local $total i32)
      (loop $more
        (i32.store (i32.const 16) (i32.const 65536)) (i32.store (i32.const 20) (i32.const 7))
        (drop (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))
        (drop (call $write (local.get $fd) (i32.const 65536) (i32.load (i32.const 24))))
        (local.set $total (i32.add (local.get $total) (i32.load (i32.const 24))))
        (br_if $more (i32.load (i32.const 24))))
      (local.get $total))
    (func (export "_start") ${body}))`);
}

function raw(json: string): EvaluationInput {
  return { kind: 'raw', request: decodeRawRequest(encode(json)) };
}
const review = raw('{"uid":"42"}');

function rejected(message: string): AdmissionResponse {
  return { uid: '42', allowed: false, status: { message, code: 500 } };
}

const toStdout = '(call $print (i32.const 1) (i32.const 0))';
const toStderr = '(call $print (i32.const 2) (i32.const 1))';
const accept = '\n {"accepted":true} \n';

describe('the results of validate', () => {
  const notUtf8 = Uint8Array.of(0x61, 0xff);
  const utf8Error = 'Cannot convert buffer to UTF8 string: invalid utf-8 sequence of 1 bytes from index 1';
  it.each<[string, string, (string | Uint8Array)[], AdmissionResponse]>([
    ['returns', toStdout, [accept], { uid: '42', allowed: true }],
    [
      'exits with 0',
      `${toStdout} (call $exit (i32.const 0)) unreachable`,
      [accept],
      { uid: '42', allowed: true },
    ],
    [
      'exits with 1',
      `${toStdout} ${toStderr} (call $exit (i32.const 1))`,
      [accept, ' \nfirst\n second\n\n'],
      rejected('first\n second'),
    ],
    ['traps', `${toStdout} ${toStderr} unreachable`, [accept, 'panic: no\n'], rejected('panic: no')],
    ['traps in silence', `${toStdout} unreachable`, [accept], rejected('policy failed: unreachable')],
    [
      'exits in silence',
      '(call $exit (i32.const 7))',
      [],
      rejected('policy failed: Exited with i32 exit status 7'),
    ],
    [
      'prints no response',
      '',
      [],
      rejected(
        'internal server error: Cannot deserialize policy validation response: EOF while parsing a value at line 1 column 0',
      ),
    ],
    [
      'prints more than the response',
      toStdout,
      ['{"accepted":true} trailing'],
      rejected(
        'internal server error: Cannot deserialize policy validation response: trailing characters at line 1 column 19',
      ),
    ],
    [
      'prints bytes that are no text',
      toStdout,
      [notUtf8],
      rejected(`stdout pipe conversion error: ${utf8Error}`),
    ],
    [
      'complains in bytes that are no text',
      `${toStdout} ${toStderr}`,
      [accept, notUtf8],
      rejected(`stderr pipe conversion error: ${utf8Error}`),
    ],
  ])('%s', async (_name, body, pieces, verdict) => {
    expect(await (await program(body, pieces)).validate(review, context)).toEqual(verdict);
  });

  it('warns of what a program that succeeds writes to stderr', async () => {
    await (await program(`${toStdout} ${toStderr}`, [accept, 'a "word"\n'])).validate(review, context);
    expect(log).toEqual([
      {
        policyId: 'pods',
        level: 'warn',
        message: String.raw`stderr: "a \"word\""`,
        fields: { request: '42', operation: 'validate' },
      },
    ]);
  });

  it.each<[string, number, number]>([
    ['stdout', 1, maximumStdoutBytes],
    ['stderr', 2, maximumStderrBytes],
  ])('never accepts when %s has no room, whatever the program makes of it', async (name, fd, limit) => {
    const body = `(loop $more
      (br_if $more (i32.eqz (call $write (i32.const ${fd}) (i32.const 65536) (i32.const 65536)))))
      ${fd === 2 ? toStdout : ''}`;
    expect(await (await program(body, [accept])).validate(review, context)).toEqual(
      rejected(`policy wrote more than ${limit} bytes to ${name}`),
    );
  });
});

describe('the results of validateSettings', () => {
  it.each([
    [toStdout, ['{"valid":true}'], { valid: true }],
    [toStdout, ['{"valid":false,"message":"no"}'], { valid: false, message: 'no' }],
    [
      toStdout,
      ['{}'],
      {
        valid: false,
        message: 'Cannot deserialize settings validation response: missing field `valid` at line 1 column 2',
      },
    ],
    [`${toStderr} (call $exit (i32.const 1))`, ['', 'bad\n'], { valid: false, message: 'bad' }],
  ])('%s %j', async (body, pieces, verdict) => {
    expect(await (await program(body, pieces)).validateSettings(context)).toEqual(verdict);
  });
});

describe('a program', () => {
  const fail = '(call $exit (i32.const 1))';

  it('gets its operation as argument and its input on stdin, in reads of any size', async () => {
    const argument = `(drop (call $args_get (i32.const 32) (i32.const 48)))
      (drop (call $write (i32.const 2) (i32.load (i32.const 36)) (i32.const 10)))`;
    const runtime = await program(`${argument} (drop (call $relay (i32.const 2))) ${fail}`);
    const validated = await runtime.validate(raw('{"uid":"42","b":1.0}'), context);
    expect(validated).toEqual(
      rejected('validate\0\0{"request":{"b":1.0,"uid":"42"},"settings":{"key":"value"}}'),
    );
    const settings = await runtime.validateSettings(context);
    expect(settings.message).toBe('validate-s{"key":"value"}');
  });

  it('finds nothing of the run before', async () => {
    const runtime =
      await program(`(i32.store8 (i32.const 2048) (i32.add (i32.load8_u (i32.const 2048)) (i32.const 49)))
      (drop (call $write (i32.const 2) (i32.const 2048) (i32.const 1))) ${fail}`);
    const verdicts = [await runtime.validate(review, context), await runtime.validate(review, context)];
    expect(verdicts).toEqual([rejected('1'), rejected('1')]);
  });

  it.each([
    ['_start', '(module (memory (export "memory") 1))', 'cannot find `_start` function inside of module: '],
    [
      '_start without parameters',
      '(module (func (export "_start") (param i32)))',
      'cannot find `_start` function',
    ],
    [
      'a start section that works',
      '(module (func $f unreachable) (start $f))',
      'cannot add to linker: unreachable',
    ],
  ])('needs %s', async (_name, text, message) => {
    const verdict = await (await compileText(text)).validate(review, context);
    expect(verdict).toMatchObject({ uid: '42', allowed: false, status: { code: 500 } });
    expect(verdict.status!.message).toContain(message);
  });

  it('needs no memory as long as it asks nothing', async () => {
    const verdict = await (await compileText('(module (func (export "_start")))')).validate(review, context);
    expect(verdict.status!.message).toContain('EOF while parsing a value');
    const asking = `(module (import "wasi_unstable" "fd_close" (func $close (param i32) (result i32)))
      (import "wasi_unstable" "fd_tell" (func $tell (param i32 i32) (result i32)))
      (func (export "_start") (drop (call $close (i32.const 0))) (drop (call $tell (i32.const 1) (i32.const 0)))))`;
    expect(await (await compileText(asking)).validate(review, context)).toEqual(
      rejected("policy failed: Cannot find 'mem' export"),
    );
  });

  it('has no protocol version', async () => {
    await expect((await program('')).protocolVersion()).rejects.toThrow(
      'protocol_version is only applicable to a Kubewarden policy',
    );
  });
});

/** Drains stdin, calls, and copies result and answer to stderr. */
const ask = (name: string): string => `
  (drop (call $relay (i32.const 1)))
  (i32.store8 (i32.const 2048) (i32.add (i32.const 48) (call ${name}
    (i32.const 4096) (i32.const 2) (i32.const 4098) (i32.const 2) (i32.const 4100) (i32.const 2)
    (i32.const 4102) (i32.const 7))))
  (drop (call $write (i32.const 2) (i32.const 2048) (i32.const 1)))
  (drop (call $relay (i32.const 2)))`;

describe('host calls', () => {
  const end = '(call $exit (i32.const 1))';
  const pieces = ['bdnsoppayload'];

  it.each<[string, string, HostGate['call'], string]>([
    ['an answer at hand', '$call', () => encode('pong'), '0pong'],
    ['an answer that comes later', '$call', () => Promise.resolve(encode('pong')), '0pong'],
    ['the other name', '$javy', () => encode('pong'), '0pong'],
    ['an empty answer', '$call', () => new Uint8Array(), '0'],
    ['a failure', '$call', () => Promise.reject(new HostCallError('not granted')), '1not granted'],
  ])('%s', async (_name, name, answer, outcome) => {
    context = contextWith(answer);
    expect(await (await program(ask(name) + end, pieces)).validate(review, context)).toEqual(
      rejected(outcome),
    );
  });

  it('arrive at the gate as the program made them, and can be repeated', async () => {
    const seen: string[] = [];
    context = contextWith((...parameters) => {
      const [payload] = parameters.splice(3, 1) as [Uint8Array];
      seen.push([...parameters, new TextDecoder().decode(payload)].join(' '));
      return encode(`answer ${seen.length}`);
    });
    expect(
      await (await program(ask('$call') + ask('$call') + end, pieces)).validate(review, context),
    ).toEqual(rejected('0answer 10answer 2'));
    expect(seen).toEqual(['bd ns op payload', 'bd ns op payload']);
  });

  it('append to what has not been read yet', async () => {
    context = contextWith(() => encode('answer'));
    const body = `(drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0))) (drop (call $relay (i32.const 2))) ${end}`;
    expect(await (await program(body)).validate(raw('1'), context)).toMatchObject({
      status: { message: '{"request":1,"settings":{"key":"value"}}answer' },
    });
  });

  it.each([
    [
      'a name that is not UTF-8',
      '(i32.const 4096) (i32.const 2)',
      'cannot convert bd to UTF8: Utf8Error { valid_up_to: 0, error_len: Some(1) }',
    ],
    ['a name out of bounds', '(i32.const -1) (i32.const 2)', 'memory access out of bounds'],
  ])('trap on %s', async (_name, operation, message) => {
    const body = `(drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) ${operation}
      (i32.const 0) (i32.const 0)))`;
    const verdict = await (await program(body, [Uint8Array.of(0xff, 0x61)])).validate(review, context);
    expect(verdict.status!.message).toContain(message);
  });
});
