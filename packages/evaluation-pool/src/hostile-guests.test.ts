import { expect, test } from 'vitest';
import { maximumHostAnswerBytes, maximumLogEntries, maximumSuspended } from './bounds.ts';
import { encode, podReview, responseOf, reviewPod, reviewRaw, startPool } from './testing/pool.ts';

const exceeded = {
  allowed: false,
  status: {
    message: 'Policy execution interrupted because it exceeded the allowed execution time',
    code: 500,
  },
};

test('a guest that never comes back is answered in time, and costs nobody else anything', async () => {
  const pool = await startPool(
    {
      loop: { guest: 'wapc/loop-on-privileged', deadlineMilliseconds: 150 },
      accept: { guest: 'wapc/accept' },
    },
    { workers: 1 },
  );
  const answers = await Promise.all([
    reviewPod(pool, 'accept', 'before'),
    reviewPod(pool, 'loop', 'hangs', { privileged: true }),
    reviewPod(pool, 'loop', 'does not hang'),
    reviewPod(pool, 'accept', 'after'),
  ]);
  expect(answers).toMatchObject([
    { uid: 'before', allowed: true },
    { uid: 'hangs', ...exceeded },
    { uid: 'does not hang', allowed: true },
    { uid: 'after', allowed: true },
  ]);
  expect(pool.pool.statistics()).toMatchObject({ terminated: 1, running: 0, queued: 0, suspended: 0 });
  expect(pool.workers).toHaveLength(2);
});

test.each([
  ['wapc/loop-in-start', 'wapc/loop-in-init'],
  ['wapc/loop-in-start-section', 'wasi/loop'],
])('the time for initialisation counts (%s, %s)', async (first, second) => {
  const pool = await startPool({
    first: { guest: first, deadlineMilliseconds: 50 },
    second: { guest: second, deadlineMilliseconds: 50 },
  });
  expect(await reviewPod(pool, 'first', 'a')).toMatchObject({ uid: 'a', ...exceeded });
  expect(await reviewPod(pool, 'second', 'b')).toMatchObject({ uid: 'b', ...exceeded });
});

test('the rules of the policy apply to an exceeded deadline', async () => {
  const pool = await startPool({
    custom: { guest: 'wapc/loop-on-privileged', deadlineMilliseconds: 50, message: 'ask the platform team' },
    monitor: { guest: 'wapc/loop-on-privileged', deadlineMilliseconds: 50, mode: 'monitor' },
  });
  expect(await reviewPod(pool, 'custom', 'u', { privileged: true })).toMatchObject({
    allowed: false,
    status: {
      message: 'ask the platform team',
      code: 500,
      details: { causes: [{ message: exceeded.status.message }] },
    },
  });
  expect(await reviewPod(pool, 'monitor', 'u', { privileged: true })).toMatchObject({ allowed: true });
  const body = podReview('u', { privileged: true });
  const audit = await pool.pool.evaluate({ policyId: 'monitor', body, endpoint: 'audit' });
  expect(responseOf(audit)).toMatchObject(exceeded);
});

test('a guest that traps, overflows its stack, or grows to its cap has no effect on the next review', async () => {
  const pool = await startPool(
    {
      traps: { guest: 'wapc/traps' },
      grows: { guest: 'wapc/grow-to-the-cap' },
      accept: { guest: 'wapc/accept' },
    },
    { workers: 1 },
  );
  for (let way = 0; way <= 6; way++) {
    expect(await reviewRaw(pool, 'traps', way)).toMatchObject({ allowed: false, status: { code: 500 } });
  }
  expect(await reviewPod(pool, 'grows', 'big')).toMatchObject({ uid: 'big', allowed: true });
  expect(await reviewPod(pool, 'accept', 'next')).toMatchObject({ uid: 'next', allowed: true });
  expect(pool.workers).toHaveLength(1);
});

test('of megabytes of log only so much is passed on', async () => {
  const pool = await startPool({ chatty: { guest: 'wapc/console-flood' } });
  expect(await reviewRaw(pool, 'chatty', 200)).toMatchObject({ allowed: true });
  const length = pool.log.reduce((sum, { message, data }) => sum + message.length + (data?.length ?? 0), 0);
  expect(length).toBeLessThan(512 * 1024);
  expect(pool.log.length).toBeLessThanOrEqual(maximumLogEntries + 1);
  expect(pool.log.at(-1)).toMatchObject({ policyId: 'chatty', level: 'warn', message: /logs too much/ });
});

test('a host call that is never answered is answered by the deadline, and the thread stays free', async () => {
  const pool = await startPool(
    {
      asks: { guest: 'wapc/host-call', deadlineMilliseconds: 300 },
      accept: { guest: 'wapc/accept' },
    },
    { workers: 1, answer: () => new Promise(() => {}) },
  );
  const asking = Array.from({ length: 5 }, () => reviewRaw(pool, 'asks', 0));
  expect(await reviewPod(pool, 'accept', 'meanwhile')).toMatchObject({ uid: 'meanwhile', allowed: true });
  for (const answer of await Promise.all(asking)) expect(answer).toMatchObject(exceeded);
  expect(await reviewPod(pool, 'accept', 'later')).toMatchObject({ uid: 'later', allowed: true });
  expect(pool.pool.statistics()).toMatchObject({ suspended: 0, terminated: 0 });
});

test('a guest that sleeps does not keep its thread, and is woken by its deadline', async () => {
  const pool = await startPool(
    { sleeps: { guest: 'wasi/sleep', deadlineMilliseconds: 200 }, accept: { guest: 'wapc/accept' } },
    { workers: 1 },
  );
  const sleeping = reviewRaw(pool, 'sleeps', 3_600_000);
  expect(await reviewPod(pool, 'accept', 'meanwhile')).toMatchObject({ uid: 'meanwhile', allowed: true });
  expect(await sleeping).toMatchObject(exceeded);
  expect(await reviewRaw(pool, 'sleeps', 1)).toMatchObject({ allowed: true });
  expect(pool.workers).toHaveLength(1);
});

test('guests that wait leave room for those of other policies, and for policies that never wait', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const ask = { guest: 'wapc/host-call' };
  const pool = await startPool(
    { many: ask, more: ask, most: ask, accept: { guest: 'wapc/accept' } },
    {
      workers: 1,
      answer: async (_request, { policyId }) => {
        if (policyId !== 'more') await released;
        return encode('"answer"');
      },
    },
  );
  const ofMany = Array.from({ length: maximumSuspended }, () => reviewRaw(pool, 'many', 0));
  expect(await reviewRaw(pool, 'more', 0)).toMatchObject({ warnings: ["'answer'"] });
  const ofMost = Array.from({ length: maximumSuspended }, () => reviewRaw(pool, 'most', 0));
  await expect.poll(() => pool.pool.statistics().suspended).toBe(maximumSuspended);
  expect(await reviewPod(pool, 'accept', 'u')).toMatchObject({ uid: 'u', allowed: true });
  release();
  for (const answer of await Promise.all([...ofMany, ...ofMost])) {
    expect(answer).toMatchObject({ warnings: ["'answer'"] });
  }
});

test('a guest that goes on when its review was answered without it costs its worker, not its neighbours', async () => {
  const pool = await startPool(
    {
      flood: { guest: 'wapc/host-call-flood', deadlineMilliseconds: 100 },
      accept: { guest: 'wapc/accept' },
    },
    { workers: 1, answer: () => new Promise(() => {}) },
  );
  expect(await reviewRaw(pool, 'flood', 2_000_000_000)).toMatchObject(exceeded);
  expect(await reviewPod(pool, 'accept', 'next')).toMatchObject({ uid: 'next', allowed: true });
  expect(pool.workers).toHaveLength(2);
});

test('answers of the host: at hand, in shared memory, too large, and failed', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(10_000));
  shared.set(encode('"from shared memory"'), 5_000);
  const answers = [
    () => encode('"at hand"'),
    async () => shared.subarray(5_000, 5_020),
    () => new Uint8Array(new SharedArrayBuffer(maximumHostAnswerBytes + 1)),
    () => {
      throw new Error('no route', { cause: new Error('connection refused') });
    },
  ];
  const pool = await startPool(
    { asks: { guest: 'wapc/host-call' } },
    { workers: 1, answer: () => answers.shift()?.() ?? encode('"no more"') },
  );
  expect(await reviewRaw(pool, 'asks', 0)).toMatchObject({ warnings: ["'at hand'"] });
  expect(await reviewRaw(pool, 'asks', 0)).toMatchObject({ warnings: ["'from shared memory'"] });
  expect(await reviewRaw(pool, 'asks', 0)).toMatchObject({
    status: { message: /answer has 67108865 bytes/ },
  });
  expect(await reviewRaw(pool, 'asks', 0)).toMatchObject({
    status: { message: /Callback evaluation failure: no route\n\nCaused by:\n {4}connection refused/ },
  });
});
