import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { maximumCrashes, maximumLosses } from './bounds.ts';
import { PoolStartError } from './errors.ts';
import { encode, podReview, rawReview, responseOf, reviewPod, reviewRaw, startPool } from './testing/pool.ts';

test('a thousand reviews of all kinds, with workers killed meanwhile: each answered, with its own uid', async () => {
  const pool = await startPool(
    {
      accept: { guest: 'wapc/accept' },
      reject: { guest: 'wapc/reject' },
      loop: { guest: 'wapc/loop-on-privileged', deadlineMilliseconds: 500 },
      asks: { guest: 'wapc/host-call' },
      'group/a': { guest: 'wapc/accept' },
      'group/b': { guest: 'wapc/reject' },
      group: { kind: 'group', mode: 'protect', message: 'no', expression: 'b() || a()', members: ['a', 'b'] },
    },
    {
      workers: 3,
      queueLimit: 2_000,
      answer: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return encode('"answer"');
      },
    },
  );
  const kinds = ['accept', 'reject', 'loop', 'asks', 'group'] as const;
  let kills = 0;
  const killer = setInterval(() => {
    if (kills++ < 8) void pool.workers.at(-2)?.terminate();
  }, 100);
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, async (_, index) => {
      const kind = kinds[index % kinds.length] ?? 'accept';
      if (kind === 'asks') return reviewRaw(pool, kind, 0);
      return reviewPod(pool, kind, `uid-${index}`, { privileged: kind === 'loop' && index % 500 === 2 });
    }),
  );
  clearInterval(killer);
  for (const [index, answer] of answers.entries()) {
    const kind = kinds[index % kinds.length] ?? 'accept';
    const hangs = index % 500 === 2;
    expect(answer.uid).toBe(kind === 'asks' ? '' : `uid-${index}`);
    expect(answer.allowed, `${kind} ${index}: ${JSON.stringify(answer)}`).toBe(!hangs && kind !== 'reject');
  }
  await expect
    .poll(() => pool.pool.statistics(), { timeout: 20_000 })
    .toMatchObject({ workers: 3, queued: 0, running: 0, suspended: 0 });
});

test('a review that has the thread when its worker dies is tried once more, then rejected', async () => {
  const pool = await startPool(
    { chatty: { guest: 'wapc/console-flood' }, accept: { guest: 'wapc/accept' } },
    { workers: 1, onLog: () => void pool.workers.at(-1)?.terminate() },
  );
  const [chatty, accept] = await Promise.all([
    reviewRaw(pool, 'chatty', 1_000_000),
    reviewPod(pool, 'accept', 'innocent'),
  ]);
  expect(chatty).toMatchObject({ allowed: false, status: { code: 500, message: /the worker crashed/ } });
  expect(accept).toMatchObject({ uid: 'innocent', allowed: true });
  expect(pool.workers).toHaveLength(3);
});

test('a policy that crashes its worker again and again is refused for a while, the others are not', async () => {
  const pool = await startPool(
    { chatty: { guest: 'wapc/console-flood' }, accept: { guest: 'wapc/accept' } },
    { workers: 1, onLog: () => void pool.workers.at(-1)?.terminate() },
  );
  for (let crashes = 0; crashes < maximumCrashes; crashes += 2) await reviewRaw(pool, 'chatty', 1_000_000);
  const workers = pool.workers.length;
  expect(await reviewRaw(pool, 'chatty', 1_000_000)).toMatchObject({
    allowed: false,
    status: { code: 500, message: /crashed its worker too often/ },
  });
  expect(pool.workers).toHaveLength(workers);
  expect(await reviewPod(pool, 'accept', 'u')).toMatchObject({ allowed: true });
});

test('a review that loses one worker after the other is given up', async () => {
  const pool = await startPool(
    { asks: { guest: 'wapc/host-call' } },
    {
      workers: 1,
      answer: async () => {
        await pool.workers.at(-1)?.terminate();
        return new Promise<never>(() => {});
      },
    },
  );
  expect(await reviewRaw(pool, 'asks', 0)).toMatchObject({ allowed: false, status: { code: 500 } });
  expect(pool.pool.statistics()).toMatchObject({
    terminated: maximumLosses + 1,
    redispatched: maximumLosses,
  });
});

test('reviews that wait behind a slow one are done by another worker', async () => {
  const pool = await startPool({
    loop: { guest: 'wapc/loop-on-privileged', deadlineMilliseconds: 1_000 },
    accept: { guest: 'wapc/accept' },
  });
  for (let index = 0; index < 20; index++) {
    await Promise.all([reviewPod(pool, 'accept', 'u'), reviewPod(pool, 'loop', 'u')]);
  }
  const order: string[] = [];
  const review = async (policyId: string, uid: string, privileged: boolean) => {
    await reviewPod(pool, policyId, uid, { privileged });
    order.push(uid);
  };
  await Promise.all([
    review('loop', 'hangs', true),
    ...Array.from({ length: 8 }, (_, index) => review('accept', `quick-${index}`, false)),
  ]);
  expect(order.at(-1)).toBe('hangs');
  expect(pool.pool.statistics()).toMatchObject({ terminated: 1 });
});

test('a policy that is known to be slow leaves a worker to the others', async () => {
  const pool = await startPool({
    loop: { guest: 'wapc/loop-on-privileged', deadlineMilliseconds: 300 },
    accept: { guest: 'wapc/accept' },
  });
  await reviewPod(pool, 'loop', 'first', { privileged: true });
  const order: string[] = [];
  const hanging = Array.from({ length: 3 }, async () => {
    await reviewPod(pool, 'loop', 'hangs', { privileged: true });
    order.push('hangs');
  });
  await reviewPod(pool, 'accept', 'u');
  order.push('accept');
  await Promise.all(hanging);
  expect(order).toEqual(['accept', 'hangs', 'hangs', 'hangs']);
});

test('a policy that is known to be slow does not fill the queue', async () => {
  const pool = await startPool(
    {
      loop: { guest: 'wapc/loop-on-privileged', deadlineMilliseconds: 200 },
      accept: { guest: 'wapc/accept' },
    },
    { queueLimit: 4 },
  );
  await reviewPod(pool, 'loop', 'first', { privileged: true });
  const hanging = Array.from({ length: 6 }, () => reviewPod(pool, 'loop', 'u', { privileged: true }));
  expect(pool.pool.statistics().queued).toBeLessThanOrEqual(2);
  expect(await reviewPod(pool, 'accept', 'u')).toMatchObject({ allowed: true });
  const codes = (await Promise.all(hanging)).map(({ status }) => status?.code);
  expect(codes.filter((code) => code === 429).length).toBeGreaterThanOrEqual(3);
  expect(codes.filter((code) => code === 500).length).toBeGreaterThanOrEqual(2);
});

test('a worker that takes nothing up is replaced', async () => {
  const deaf = "require('node:worker_threads').parentPort.on('message', () => {}).postMessage([['ready']])";
  const pool = await startPool(
    { accept: { guest: 'wapc/accept' } },
    { workers: 1, impostors: new Map([[0, () => new Worker(deaf, { eval: true })]]) },
  );
  expect(await reviewPod(pool, 'accept', 'u')).toMatchObject({ uid: 'u', allowed: true });
  expect(pool.workers).toHaveLength(2);
});

const brokenWorker = () => new Worker('process.exit(3)', { eval: true });

test('a worker that cannot be started is started again, but fails the start of the pool', async () => {
  const policies = { accept: { guest: 'wapc/accept' } };
  const first = startPool(policies, { workers: 1, impostors: new Map([[0, brokenWorker]]) });
  await expect(first).rejects.toThrow(PoolStartError);
  const impostors = new Map([
    [1, brokenWorker],
    [2, brokenWorker],
  ]);
  const pool = await startPool(policies, { workers: 1, impostors });
  await pool.workers[0]?.terminate();
  expect(await reviewPod(pool, 'accept', 'u')).toMatchObject({ allowed: true });
  expect(pool.workers).toHaveLength(4);
});

test('closing waits for what is in flight, and refuses what comes after', async () => {
  const pool = await startPool(
    {
      'group/asks': { guest: 'wapc/host-call' },
      group: {
        kind: 'group',
        mode: 'protect',
        message: 'no',
        expression: 'asks() && asks()',
        members: ['asks'],
      },
    },
    {
      answer: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return encode('"answer"');
      },
    },
  );
  const inFlight = reviewRaw(pool, 'group', 0);
  const closed = pool.pool.close(10_000);
  const late = await pool.pool.evaluate({ policyId: 'group', body: rawReview(0), endpoint: 'validate_raw' });
  expect(late).toEqual({ kind: 'failed', error: 'the evaluation pool is closed' });
  expect(await inFlight).toMatchObject({ allowed: true });
  await closed;
  expect(pool.pool.statistics()).toMatchObject({ workers: 0, terminated: 0 });
});

test('what is in flight when the grace of closing is over is rejected', async () => {
  const pool = await startPool({ loop: { guest: 'wapc/loop-on-privileged' } }, { workers: 1 });
  const reviews = ['a', 'b', 'c'].map((uid) => reviewPod(pool, 'loop', uid, { privileged: true }));
  await pool.pool.close(50);
  const answers = await Promise.all(reviews);
  expect(answers.map(({ uid }) => uid)).toEqual(['a', 'b', 'c']);
  for (const { allowed, status } of answers)
    expect({ allowed, code: status?.code }).toEqual({ allowed: false, code: 500 });
});

test('one review more than may wait is refused at once, so that clients try again later', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const pool = await startPool(
    { asks: { guest: 'wapc/host-call' }, monitor: { guest: 'wapc/host-call', mode: 'monitor' } },
    {
      workers: 1,
      queueLimit: 2,
      answer: async () => {
        await released;
        return encode('"answer"');
      },
    },
  );
  const waiting: Promise<unknown>[] = [];
  while (pool.pool.statistics().queued < 2) {
    waiting.push(reviewRaw(pool, 'asks', 0));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const body = rawReview({ uid: 'one too many' });
  const refused = await pool.pool.evaluate({ policyId: 'asks', body, endpoint: 'validate_raw' });
  expect(responseOf(refused)).toMatchObject({
    uid: 'one too many',
    allowed: false,
    status: { code: 429, message: /overloaded/, details: { retryAfterSeconds: 1 } },
  });
  const audited = await pool.pool.evaluate({ policyId: 'asks', body: podReview('u'), endpoint: 'audit' });
  expect(responseOf(audited)).toMatchObject({ allowed: false, status: { code: 500 } });
  expect(pool.pool.statistics()).toMatchObject({ queued: 2, refused: 2 });
  release();
  for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ allowed: true });
});
