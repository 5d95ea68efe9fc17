import type { ReviewEndpoint, ReviewOutcome } from '@kubewarden/evaluation-pool';
import { describe, expect, it } from 'vitest';
import { exemptNamespace } from './namespace-exemption.ts';

function review(namespace: string | undefined, object: unknown = {}): Uint8Array {
  const request = {
    uid: 'u1',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    requestKind: { group: '', version: 'v1', kind: 'Pod' },
    operation: 'CREATE',
    userInfo: {},
    namespace,
    object,
  };
  return new TextEncoder().encode(JSON.stringify({ request }));
}

const evaluated: ReviewOutcome = { kind: 'failed', error: 'evaluated' };
const evaluate = exemptNamespace(
  'kubewarden',
  (id) => id === 'known',
  async () => evaluated,
);
const ask = (body: Uint8Array, endpoint: ReviewEndpoint = 'validate', policyId = 'known') =>
  evaluate({ policyId, body, endpoint });

describe('exemptNamespace', () => {
  it.each(['validate', 'audit'] as const)('accepts requests of the namespace at %s', async (endpoint) => {
    const outcome = await ask(review('kubewarden'), endpoint);
    if (outcome.kind !== 'answered') throw new Error('not accepted');
    expect(JSON.parse(new TextDecoder().decode(outcome.body))).toMatchObject({
      kind: 'AdmissionReview',
      response: { uid: 'u1', allowed: true },
    });
    expect(outcome).toMatchObject({
      verdict: { allowed: true, mutated: false },
      request: { uid: 'u1', namespace: 'kubewarden', operation: 'CREATE', requestKind: 'Pod' },
    });
  });

  it.each([
    ['another namespace', review('default')],
    ['no namespace', review(undefined)],
    ['a namespace that only begins alike', review('kubewarden-2')],
    ['a mention elsewhere in the object', review('default', { metadata: { namespace: 'kubewarden' } })],
    ['something that is no review', new TextEncoder().encode('{"namespace":"kubewarden"}')],
  ])('evaluates %s', async (_name, body) => {
    expect(await ask(body)).toBe(evaluated);
  });

  it('evaluates raw reviews and leaves unknown policies unknown', async () => {
    expect(await ask(review('kubewarden'), 'validate_raw')).toBe(evaluated);
    expect(await ask(review('kubewarden'), 'validate', 'unknown')).toBe(evaluated);
  });
});
