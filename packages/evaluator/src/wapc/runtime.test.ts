import { decodeRawRequest, type AdmissionResponse } from '@kubewarden/policy';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import type { HostGate } from '../host/gate.ts';
import { compilePolicyModule } from '../module/compile.ts';
import { createPolicyRuntime } from '../runtime/create.ts';
import type { EvaluationContext, EvaluationInput, PolicyRuntime } from '../runtime/policy-runtime.ts';

const wat = await wabt();
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const imports = `
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__guest_error" (func $guest_error (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response" (func $host_response (param i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))`;

/** A policy whose `__guest_call` has that body; `$operation` and `$payload` are the lengths. */
async function policy(body: string, data = ''): Promise<PolicyRuntime> {
  const text = `(module ${imports} (memory (export "memory") 2) ${data} (global $calls (mut i32) (i32.const 0))
    (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32) ${body}))`;
  const bytes = new Uint8Array(wat.parseWat('policy.wat', text).toBinary({}).buffer);
  return createPolicyRuntime(await compilePolicyModule(bytes, { executionMode: 'kubewarden-wapc' }));
}

const dataOf = (text: string): string =>
  `(data (i32.const 1024) "${Array.from(encode(text), (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')}")`;

/** A policy that always gives the same response. */
async function responding(response: string): Promise<PolicyRuntime> {
  const length = encode(response).byteLength;
  const body = `(call $guest_response (i32.const 1024) (i32.const ${length})) (i32.const 1)`;
  return policy(body, dataOf(response));
}

/** A policy that always fails with the same error. */
async function failing(error: string): Promise<PolicyRuntime> {
  const body = `(call $guest_error (i32.const 1024) (i32.const ${encode(error).byteLength})) (i32.const 0)`;
  return policy(body, dataOf(error));
}

/** A policy whose error is what it was given. */
async function echoing(): Promise<PolicyRuntime> {
  return policy(`(call $guest_request (i32.const 8) (i32.const 1024))
    (call $guest_error (i32.const 1024) (local.get $payload)) (i32.const 0)`);
}

function contextWith(settings = '{}', call: HostGate['call'] = () => new Uint8Array()): EvaluationContext {
  const gate: HostGate = {
    permissions: { policyId: 'pods', hostCapabilities: { kind: 'allow-all' }, contextAwareResources: [] },
    log: () => {},
    call,
    fetch: () => new Uint8Array(),
  };
  return { policyId: 'pods', settings: encode(settings), gate };
}

function raw(json: string): EvaluationInput {
  return { kind: 'raw', request: decodeRawRequest(encode(json)) };
}

const review = raw('{"uid":"42"}');

function internal(message: string): AdmissionResponse {
  return {
    uid: '42',
    allowed: false,
    status: { message: `internal server error: ${message}`, code: 500 },
  };
}

describe('validate', () => {
  it.each<[string, AdmissionResponse]>([
    ['{"accepted":true}', { uid: '42', allowed: true }],
    [
      '{"accepted":false,"message":"no","code":418}',
      { uid: '42', allowed: false, status: { message: 'no', code: 418 } },
    ],
    [
      '{"accepted":true,"mutated_object":{"uid":"43"},"warnings":["changed"]}',
      {
        uid: '42',
        allowed: true,
        patch: btoa('[{"op":"replace","path":"/uid","value":"43"}]'),
        warnings: ['changed'],
      },
    ],
    ['{}', internal('invalid response from policy: missing field `accepted` at line 1 column 2')],
    ['', internal('invalid response from policy: EOF while parsing a value at line 1 column 0')],
  ])('%s', async (response, verdict) => {
    const runtime = await responding(response);
    expect(await runtime.validate(review, contextWith())).toEqual(verdict);
  });

  it('reports the error of a guest', async () => {
    expect(await (await failing('no idea')).validate(review, contextWith())).toEqual(
      internal('Guest call failure: no idea'),
    );
  });

  it('reports a trap, and evaluates the next review', async () => {
    const runtime = await policy(
      `(call $guest_request (i32.const 8) (i32.const 1024))
      (if (i32.eq (i32.load8_u (i32.const 1035)) (i32.const 48)) (then unreachable))
      (call $guest_response (i32.const 2048) (i32.const 17)) (i32.const 1)`,
      '(data (i32.const 2048) "{\\"accepted\\":true}")',
    );
    expect(await runtime.validate(raw('0'), contextWith())).toMatchObject({
      allowed: false,
      status: { message: 'internal server error: Guest call failure: unreachable', code: 500 },
    });
    expect(await runtime.validate(raw('1'), contextWith())).toMatchObject({ allowed: true });
  });

  it('does not take an error for a deadline because of its words', async () => {
    const message = 'guest code interrupted, execution deadline exceeded';
    expect(await (await failing(message)).validate(review, contextWith())).toEqual(
      internal(`Guest call failure: ${message}`),
    );
  });

  it('gives the guest request and settings as they are', async () => {
    const runtime = await echoing();
    expect(
      await runtime.validate(raw('{"uid":"42","n":1.0}'), contextWith('{"a":9007199254740993}')),
    ).toEqual(
      internal('Guest call failure: {"request":{"n":1.0,"uid":"42"},"settings":{"a":9007199254740993}}'),
    );
  });
});

describe('validateSettings', () => {
  it.each([
    ['{"valid":true}', { valid: true }],
    ['{"valid":false,"message":"unknown key: foo"}', { valid: false, message: 'unknown key: foo' }],
    [
      '{}',
      {
        valid: false,
        message: 'error: InvalidResponseWithError(Error("missing field `valid`", line: 1, column: 2))',
      },
    ],
  ])('%s', async (response, verdict) => {
    expect(await (await responding(response)).validateSettings(contextWith())).toEqual(verdict);
  });

  it('shows the error of a guest as the original does', async () => {
    expect(await (await failing('say "when"\nplease')).validateSettings(contextWith())).toEqual({
      valid: false,
      message: String.raw`Error invoking settings validation callback: GuestCallFailure("say \"when\"\nplease")`,
    });
  });

  it('gives the guest the settings alone', async () => {
    const { message } = await (await echoing()).validateSettings(contextWith('{"a":1}'));
    expect(message).toContain(String.raw`GuestCallFailure("{\"a\":1}")`);
  });
});

describe('protocolVersion', () => {
  it.each(['v1', 'Unknown'])('%s', async (version) => {
    expect(await (await responding(`"${version}"`)).protocolVersion()).toBe(version);
  });

  it('refuses other versions, naming the bytes', async () => {
    await expect((await responding('"v9"')).protocolVersion()).rejects.toThrow(
      'cannot create ProtocolVersion object from [34, 118, 57, 34]: Cannot convert value to ProtocolVersion: ',
    );
  });

  it('says when the guest fails', async () => {
    await expect((await failing('No handler registered')).protocolVersion()).rejects.toThrow(
      "cannot invoke 'protocol_version' waPC function : Guest call failure: No handler registered",
    );
  });
});

describe('sandboxes', () => {
  const counting = `(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.store8 (i32.const 1024) (i32.add (i32.load8_u (i32.const 1024)) (i32.const 1)))
    (i32.store8 (i32.const 2048) (i32.add (i32.const 48) (global.get $calls)))
    (i32.store8 (i32.const 2049) (i32.add (i32.const 48) (i32.load8_u (i32.const 1024))))
    (call $guest_error (i32.const 2048) (i32.const 2)) (i32.const 0)`;

  it('are clean for every review, also after an error', async () => {
    const runtime = await policy(counting);
    for (let round = 0; round < 5; round++) {
      expect(await runtime.validate(review, contextWith())).toEqual(internal('Guest call failure: 11'));
    }
  });

  it('are one per review while guests wait for the host: no answer meets another review', async () => {
    const runtime = await policy(`(call $guest_request (i32.const 8) (i32.const 1024))
      (drop (call $host_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
        (i32.const 1024) (local.get $payload)))
      (call $host_response (i32.const 8192))
      (call $guest_error (i32.const 8192) (call $host_response_len)) (i32.const 0)`);
    const waiting: (() => void)[] = [];
    const context = contextWith('{}', (_binding, _namespace, _operation, payload) => {
      const copy = payload.slice();
      return new Promise((resolve) => waiting.push(() => resolve(copy)));
    });
    const verdicts = Array.from({ length: 100 }, (_, uid) =>
      runtime.validate(raw(`{"uid":"${uid}"}`), context),
    );
    await expect.poll(() => waiting.length).toBe(100);
    for (const answer of waiting.toReversed()) answer();
    for (const [uid, verdict] of (await Promise.all(verdicts)).entries()) {
      expect(verdict.uid).toBe(String(uid));
      expect(verdict.status!.message).toContain(`{"request":{"uid":"${uid}"},"settings":{}}`);
    }
  });
});

it('rejects when the module cannot be initialised', async () => {
  const text = '(module (memory (export "memory") 1))';
  const bytes = new Uint8Array(wat.parseWat('policy.wat', text).toBinary({}).buffer);
  const runtime = await createPolicyRuntime(
    await compilePolicyModule(bytes, { executionMode: 'kubewarden-wapc' }),
  );
  await expect(runtime.validate(review, contextWith())).rejects.toMatchObject({
    name: 'PolicyInitializationError',
    message:
      'unable to rehydrate wapc module: cannot build Wapc host: Initialization failed: ' +
      'Guest call function (__guest_call) not exported by wasm module.',
  });
});
