import { expect, test } from 'vitest';
import { warmUpMilliseconds } from './bounds.ts';
import type { PolicyTarget } from './targets.ts';
import { warmUpPolicies } from './warm-up.ts';

const targets = ['a', 'b', 'c'].map((id) => ({ policy: { id } }) as PolicyTarget);

test('every lane runs every policy, except what failed on the first one', async () => {
  const runs: string[] = [];
  const failures = await warmUpPolicies(2, targets, async (lane, { policy }) => {
    runs.push(`${lane}${policy.id}`);
    return policy.id === 'b' ? { kind: 'lost', reason: 'it crashed' } : { kind: 'replied', reply: ['warm'] };
  });
  expect(runs).toEqual(['0a', '0b', '0c', '1a', '1c']);
  expect(failures).toMatchObject([{ policyId: 'b' }]);
});

test('slow policies do not keep the pool from being ready', async () => {
  const runs: string[] = [];
  let time = 0;
  await warmUpPolicies(
    2,
    targets,
    async (lane, { policy }) => {
      runs.push(`${lane}${policy.id}`);
      time += warmUpMilliseconds / 2;
      return { kind: 'replied', reply: ['warm'] };
    },
    () => time,
  );
  expect(runs).toEqual(['0a', '0b']);
});
