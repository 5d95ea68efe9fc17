import { describe, expect, test } from 'vitest';
import { PoolStartError, UnknownPolicyError } from './errors.ts';
import { encode, podReview, rawReview, responseOf, reviewPod, startPool } from './testing/pool.ts';

const group = { kind: 'group', mode: 'protect', message: 'refused by the group' } as const;

describe('a review', () => {
  test('is answered with a complete AdmissionReview and what metrics need to know', async () => {
    const { pool } = await startPool({ reject: { guest: 'wapc/reject' } });
    const outcome = await pool.evaluate({ policyId: 'reject', body: podReview('u-1'), endpoint: 'validate' });
    expect(outcome).toMatchObject({
      kind: 'answered',
      verdict: { allowed: false, mutated: false, code: 418 },
      answer: { allowed: false, mutated: false, status: { message: 'not on my watch', code: 418 } },
      request: {
        uid: 'u-1',
        operation: 'CREATE',
        name: 'nginx',
        namespace: 'default',
        kind: ['', 'v1', 'Pod'],
        resource: ['', 'v1', 'pods'],
        requestKind: 'Pod',
      },
    });
    const { body } = outcome as { body: Uint8Array };
    expect(new TextDecoder().decode(body)).toBe(
      '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u-1","allowed":false,' +
        '"status":{"message":"not on my watch","code":418},"auditAnnotations":null,"warnings":null}}',
    );
  });

  test.each([
    ['validate', true],
    ['audit', false],
  ] as const)('on %s of a policy in monitor mode is allowed: %s', async (endpoint, allowed) => {
    const { pool, log } = await startPool({ reject: { guest: 'wapc/reject', mode: 'monitor' } });
    const outcome = await pool.evaluate({ policyId: 'reject', body: podReview('u-1'), endpoint });
    expect(outcome).toMatchObject({ answer: { allowed }, verdict: { allowed: false } });
    expect(responseOf(outcome).allowed).toBe(allowed);
    expect(log.length).toBe(allowed ? 1 : 0);
  });

  test('is not misled by a body that is a small part of a large buffer', async () => {
    const { pool } = await startPool({ accept: { guest: 'wapc/accept' } });
    const body = podReview('in the middle');
    const large = new Uint8Array(1 << 20);
    large.set(body, 4711);
    const view = large.subarray(4711, 4711 + body.byteLength);
    const outcome = await pool.evaluate({ policyId: 'accept', body: view, endpoint: 'validate' });
    expect(responseOf(outcome).uid).toBe('in the middle');
  });

  test('with a bad body is malformed, whatever the id stands for', async () => {
    const { pool } = await startPool({
      accept: { guest: 'wapc/accept' },
      'group/a': { guest: 'wapc/accept' },
      group: { ...group, expression: 'a()', members: ['a'] },
      broken: { kind: 'failed', mode: 'protect', reason: 'no module' },
    });
    for (const policyId of ['accept', 'group', 'broken', 'nobody']) {
      const evaluate = (body: string) =>
        pool.evaluate({ policyId, body: encode(body), endpoint: 'validate' });
      await expect(evaluate('{"request":'), policyId).resolves.toMatchObject({
        kind: 'malformed',
        status: 400,
      });
      await expect(evaluate('{}'), policyId).resolves.toMatchObject({ kind: 'malformed', status: 422 });
    }
  });

  test('for an id that nobody knows says so', async () => {
    const { pool } = await startPool({ accept: { guest: 'wapc/accept' } });
    const outcome = await pool.evaluate({ policyId: 'nobody', body: podReview('u'), endpoint: 'audit' });
    expect(outcome).toEqual({ kind: 'unknown-policy' });
  });

  test('of a failed policy is rejected, in monitor mode and for an audit, too', async () => {
    const reason = 'Policy settings are invalid: no message';
    const { pool } = await startPool({ broken: { kind: 'failed', mode: 'monitor', reason } });
    for (const endpoint of ['validate', 'audit', 'validate_raw'] as const) {
      const body = endpoint === 'validate_raw' ? rawReview({ uid: 'u' }) : podReview('u');
      const outcome = await pool.evaluate({ policyId: 'broken', body, endpoint });
      expect(outcome).toMatchObject({ initializationError: reason, verdict: { allowed: false, code: 500 } });
      expect(responseOf(outcome)).toMatchObject({
        uid: 'u',
        allowed: false,
        status: { message: reason, code: 500 },
      });
    }
  });

  test('of a module that cannot be instantiated is a fault of the server', async () => {
    const { pool } = await startPool({ trap: { guest: 'wapc/trap-in-start', mode: 'monitor' } });
    const outcome = await pool.evaluate({ policyId: 'trap', body: podReview('u'), endpoint: 'validate' });
    expect(outcome).toEqual({ kind: 'failed', error: expect.stringContaining('Initialization failed') });
  });
});

describe('a group', () => {
  const members = {
    yes: { guest: 'wapc/accept' },
    no: { guest: 'wapc/reject' },
    hangs: { guest: 'wapc/loop-on-privileged', deadlineMilliseconds: 50 },
    dead: { guest: 'wapc/trap-in-start' },
  };

  /** A pool with one group for each expression, whose id is the expression. */
  const startGroups = (expressions: readonly string[], mode: 'protect' | 'monitor' = 'protect') =>
    startPool(
      Object.fromEntries(
        expressions.flatMap((expression) => [
          ...Object.entries(members).map(([name, member]) => [`${expression}/${name}`, member] as const),
          [expression, { ...group, mode, expression, members: Object.keys(members) }] as const,
        ]),
      ),
    );

  test('decides by its expression, and a member that failed is no reason to allow', async () => {
    const verdicts = {
      'yes() && !no()': true,
      'yes() || dead()': true,
      'yes() || hangs()': true,
      'hangs() || yes()': true,
      'yes() && no()': false,
      'hangs()': false,
      'dead() || yes()': false,
      '!dead()': false,
      '!hangs()': false,
      'yes() && !hangs()': false,
    };
    const pool = await startGroups(Object.keys(verdicts));
    for (const [expression, allowed] of Object.entries(verdicts)) {
      const response = await reviewPod(pool, expression, 'u-g', { privileged: true });
      expect(response, expression).toMatchObject({ uid: 'u-g', allowed });
    }
  });

  test('names the members that denied, or the one that cannot be evaluated', async () => {
    const pool = await startGroups(['hangs() || no()', 'dead() || yes()']);
    const denied = await reviewPod(pool, 'hangs() || no()', 'u', { privileged: true });
    expect(denied.status).toEqual({
      message: 'refused by the group',
      details: {
        causes: [
          {
            reason: null,
            message: 'Policy execution interrupted because it exceeded the allowed execution time',
            field: 'spec.policies.hangs',
          },
          { reason: null, message: 'not on my watch', field: 'spec.policies.no' },
        ],
      },
    });
    const { status } = await reviewPod(pool, 'dead() || yes()', 'u');
    expect(status).toMatchObject({ code: 500, message: expect.stringContaining('error invoking dead') });
  });

  test('in monitor mode allows, but not for an audit', async () => {
    const { pool } = await startGroups(['no()'], 'monitor');
    const review = { policyId: 'no()', body: podReview('u') };
    expect(responseOf(await pool.evaluate({ ...review, endpoint: 'validate' })).allowed).toBe(true);
    expect(responseOf(await pool.evaluate({ ...review, endpoint: 'audit' })).allowed).toBe(false);
  });

  test('with a failed member rejects and names it, in monitor mode, too', async () => {
    const pool = await startPool({
      'group/yes': { guest: 'wapc/accept' },
      'group/broken': { kind: 'failed', mode: 'protect', reason: 'no such image' },
      group: { ...group, mode: 'monitor', expression: 'yes() || broken()', members: ['yes', 'broken'] },
    });
    expect(await reviewPod(pool, 'group', 'u')).toMatchObject({
      allowed: false,
      status: { code: 500, message: 'member group/broken of the policy group: no such image' },
    });
  });

  test('is refused at start when its expression is not valid', async () => {
    for (const expression of ['yes() &&', 'yes() && nobody()']) {
      await expect(startGroups([expression]), expression).rejects.toThrow(PoolStartError);
    }
  });
});

describe('settings', () => {
  test('are valid, or are not for a reason that is told', async () => {
    const { pool } = await startPool({
      accept: { guest: 'wapc/accept' },
      invalid: { guest: 'wapc/settings-invalid' },
      broken: { kind: 'failed', mode: 'protect', reason: 'no such image' },
      dead: { guest: 'wapc/trap-in-start' },
      'group/loop': { guest: 'wapc/loop-in-settings', deadlineMilliseconds: 50 },
    });
    const expected = {
      accept: { valid: true },
      invalid: { valid: false, message: expect.any(String) },
      broken: { valid: false, message: 'no such image' },
      dead: { valid: false, message: expect.stringContaining('Initialization failed') },
      'group/loop': { valid: false, message: expect.stringContaining('execution deadline exceeded') },
    };
    for (const [policyId, response] of Object.entries(expected)) {
      await expect(pool.validateSettings(policyId), policyId).resolves.toEqual(response);
    }
  });

  test('of a policy without deadline are bounded by the time for the start', async () => {
    const { pool } = await startPool(
      { loop: { guest: 'wapc/loop-in-settings' } },
      { startMilliseconds: 3_000 },
    );
    await expect(pool.validateSettings('loop')).resolves.toMatchObject({ valid: false });
  });

  test('of nobody are an error of the caller', async () => {
    const { pool } = await startPool({ accept: { guest: 'wapc/accept' } });
    await expect(pool.validateSettings('nobody')).rejects.toThrow(UnknownPolicyError);
  });
});

describe('warming up', () => {
  test('reports the policies that failed, each of which costs one worker at most', async () => {
    const { pool, workers } = await startPool({
      hangs: { guest: 'wapc/loop-in-start', deadlineMilliseconds: 50 },
      dead: { guest: 'wapc/trap-in-start' },
      accept: { guest: 'wapc/accept' },
      asks: { guest: 'wapc/host-call' },
    });
    await expect(pool.warmUp()).resolves.toEqual([
      { policyId: 'hangs', reason: 'it exceeded its deadline' },
      { policyId: 'dead', reason: expect.stringContaining('Initialization failed') },
    ]);
    expect(workers).toHaveLength(3);
  });
});

describe('a pool', () => {
  test('does not start with policies that it cannot serve', async () => {
    await expect(startPool({ accept: { guest: 'wapc/accept' } }, { workers: 0 })).rejects.toThrow(
      PoolStartError,
    );
    await expect(startPool({ group: { ...group, expression: 'a()', members: ['a'] } })).rejects.toThrow(
      "the member 'group/a' of a policy group is missing",
    );
  });
});
