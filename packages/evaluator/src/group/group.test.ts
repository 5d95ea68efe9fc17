import type { AdmissionResponse } from '@kubewarden/policy';
import { describe, expect, it } from 'vitest';
import { compileGroupExpression } from './expression.ts';
import { evaluateGroup } from './group.ts';

const answers: Readonly<Record<string, Omit<AdmissionResponse, 'uid'>>> = {
  happy: { allowed: true, warnings: ['dropped'] },
  unhappy: { allowed: false, status: { message: 'failing as expected', code: 418 }, warnings: ['dropped'] },
  also_unhappy: { allowed: false },
  mutating: { allowed: true, patch: 'W10=', warnings: ['dropped'] },
  broken: { allowed: false, status: { message: 'internal server error: trap', code: 500 } },
};

async function review(text: string): Promise<{ response: AdmissionResponse; asked: string[] }> {
  const asked: string[] = [];
  const expression = compileGroupExpression(text, [...Object.keys(answers), 'missing']);
  const response = await evaluateGroup(
    expression,
    (name) => {
      asked.push(name);
      const answer = answers[name];
      if (answer === undefined) return Promise.reject(new Error('cannot instantiate'));
      return Promise.resolve({ uid: 'of the member', ...answer });
    },
    { uid: 'of the request', message: 'the group says no' },
  );
  return { response, asked };
}

describe('a policy group', () => {
  it('answers an accepted review with nothing but the verdict', async () => {
    const { response, asked } = await review('unhappy() || happy() || also_unhappy()');
    expect(response).toEqual({ uid: 'of the request', allowed: true });
    expect(asked).toEqual(['unhappy', 'happy']);
  });

  it('names as causes the members that were asked and denied, sorted', async () => {
    const { response } = await review('unhappy() || (happy() && broken() || also_unhappy())');
    expect(response).toEqual({
      uid: 'of the request',
      allowed: false,
      status: {
        message: 'the group says no',
        details: {
          causes: [
            { reason: null, message: null, field: 'spec.policies.also_unhappy' },
            { reason: null, message: 'internal server error: trap', field: 'spec.policies.broken' },
            { reason: null, message: 'failing as expected', field: 'spec.policies.unhappy' },
          ],
        },
      },
    });
  });

  it('counts a mutation as a rejection', async () => {
    const { response } = await review('mutating() && true');
    expect(response.allowed).toBe(false);
    expect(response.patch).toBeUndefined();
    expect(response.status?.details?.causes).toEqual([
      {
        reason: null,
        message: 'mutation is not allowed inside of policy group',
        field: 'spec.policies.mutating',
      },
    ]);
  });

  it('evaluates a member twice that is named twice', async () => {
    const { asked, response } = await review('unhappy() || unhappy()');
    expect(asked).toEqual(['unhappy', 'unhappy']);
    expect(response.status?.details?.causes).toHaveLength(1);
  });

  it('has no causes when nobody was asked', async () => {
    expect((await review('false')).response.status?.details).toEqual({ causes: [] });
  });

  it.each([
    ['missing() || true', 'error invoking missing: cannot instantiate'],
    ['if unhappy() { true } else { 1 }', 'Output type incorrect: i64 (expecting bool)'],
  ])('rejects with an internal error when evaluation fails: %s', async (text, detail) => {
    const { response } = await review(text);
    expect(response).toEqual({
      uid: 'of the request',
      allowed: false,
      status: { message: `error evaluating policy group expression: ${detail}`, code: 500 },
    });
  });
});
