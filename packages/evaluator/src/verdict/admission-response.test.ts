import { canonicalJson, type ValidationResponse } from '@kubewarden/policy';
import { describe, expect, it } from 'vitest';
import type { EvaluationInput } from '../runtime/policy-runtime.ts';
import { toAdmissionResponse } from './admission-response.ts';
import { encodeBase64 } from './base64.ts';

const json = (text: string): Uint8Array => canonicalJson(new TextEncoder().encode(text));

function kubernetes(object?: string): EvaluationInput {
  const type = { group: '', version: 'v1' };
  return {
    kind: 'kubernetes',
    request: {
      uid: 'u',
      kind: { ...type, kind: 'Pod' },
      resource: { ...type, resource: 'pods' },
      operation: object === undefined ? 'DELETE' : 'CREATE',
      json: json('{}'),
      ...(object !== undefined && { object: json(object) }),
    },
  };
}

const patchOf = (patch: string): string => encodeBase64(new TextEncoder().encode(patch));

describe('the verdict of a guest', () => {
  it.each<[string, ValidationResponse, object]>([
    ['accepted', { accepted: true }, { allowed: true }],
    ['rejected without a word', { accepted: false }, { allowed: false }],
    [
      'rejected with a message',
      { accepted: false, message: 'no' },
      { allowed: false, status: { message: 'no' } },
    ],
    ['accepted with a code', { accepted: true, code: 200 }, { allowed: true, status: { code: 200 } }],
    [
      'with warnings and annotations',
      { accepted: false, code: 500, warnings: ['w'], auditAnnotations: { a: 'b' } },
      { allowed: false, status: { code: 500 }, warnings: ['w'], auditAnnotations: { a: 'b' } },
    ],
    [
      'mutating',
      { accepted: true, mutatedObject: json('{"hello":"world","extra":"ciao"}') },
      { allowed: true, patch: patchOf('[{"op":"add","path":"/extra","value":"ciao"}]') },
    ],
    ['mutating nothing', { accepted: true, mutatedObject: json('{"hello":"world"}') }, { allowed: true }],
    [
      'mutating and rejecting',
      { accepted: false, mutatedObject: json('{}') },
      { allowed: false, patch: patchOf('[{"op":"remove","path":"/hello"}]') },
    ],
  ])('%s', (_name, answer, expected) => {
    expect(toAdmissionResponse(answer, kubernetes('{"hello":"world"}'))).toEqual({ uid: 'u', ...expected });
  });

  it('may not mutate what is being deleted, and everything else it said is lost', () => {
    const answer = { accepted: false, message: 'mine', warnings: ['w'], mutatedObject: json('{}') };
    expect(toAdmissionResponse(answer, kubernetes())).toEqual({
      uid: 'u',
      allowed: false,
      status: {
        message:
          'Incoming object is null, which happens only with DELETE operations, but the policy is attempting a mutation. This is not allowed',
      },
    });
  });

  it('on a raw request is compared with the whole value', () => {
    const input: EvaluationInput = { kind: 'raw', request: { uid: '', json: json('{"resource":"banana"}') } };
    expect(toAdmissionResponse({ accepted: true, mutatedObject: json('{"resource":"hay"}') }, input)).toEqual(
      {
        uid: '',
        allowed: true,
        patch: patchOf('[{"op":"replace","path":"/resource","value":"hay"}]'),
      },
    );
  });
});

describe('base64', () => {
  it('is the same as Node makes it, for all lengths and bytes', () => {
    for (const length of [0, 1, 2, 3, 255, 256, 8191, 8192, 8193, 100_000]) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7) % 256);
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    }
  });
});
