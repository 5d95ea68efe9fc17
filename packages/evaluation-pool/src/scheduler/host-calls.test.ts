import { expect, test } from 'vitest';
import {
  maximumHostCalls,
  maximumHostCallsOfPolicy,
  maximumWaitingHostCalls,
  maximumWaitingHostCallsOfPolicy,
} from '../bounds.ts';
import type { ToWorker } from '../protocol.ts';
import { HostCallDesk } from './host-calls.ts';
import { Job } from './job.ts';
import { PolicyRecord } from './policy-record.ts';

const request = { type: 'DNSLookupHost', host: 'example.org' } as const;

function orderOf(policyId: string) {
  const policy = new PolicyRecord(policyId);
  return { task: ['settings', 0] as const, policy, deadline: undefined, lane: undefined, settle: () => {} };
}

function newJob(policyId: string): Job {
  return new Job(orderOf(policyId));
}

test('so many host calls are answered, so many wait, and one more is refused with the text of the original', async () => {
  const release: (() => void)[] = [];
  const desk = new HostCallDesk(async () => {
    await new Promise<void>((resolve) => release.push(resolve));
    return new Uint8Array(0);
  });
  const posted: ToWorker[] = [];
  const post = (message: ToWorker) => posted.push(message);
  const last = maximumHostCalls + maximumWaitingHostCalls + 1;
  for (let call = 1; call <= last; call++) desk.take({ job: newJob(`policy-${call}`), call, request, post });
  expect(release).toHaveLength(maximumHostCalls);
  const full = 'Error sending request over callback channel: no available capacity';
  expect(posted).toEqual([['unreachable', last, full]]);

  while (release.length > 0) {
    release.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(posted.filter(([kind]) => kind === 'answer')).toHaveLength(last - 1);
});

test('one policy leaves room for the calls of others, and a job that has ended for those of its policy', async () => {
  const asked: string[] = [];
  const desk = new HostCallDesk((_request, { policyId }) => {
    asked.push(policyId);
    return new Promise(() => {});
  });
  const posted: ToWorker[] = [];
  const post = (message: ToWorker) => posted.push(message);
  const greedy = newJob('greedy');
  const most = maximumHostCallsOfPolicy + maximumWaitingHostCallsOfPolicy;
  for (let call = 1; call <= most + 1; call++) desk.take({ job: greedy, call, request, post });
  expect(asked).toHaveLength(maximumHostCallsOfPolicy);
  expect(posted.map(([kind, call]) => [kind, call])).toEqual([['unreachable', most + 1]]);
  desk.take({ job: newJob('modest'), call: 1, request, post });
  expect(asked.at(-1)).toBe('modest');

  desk.drop(greedy);
  const { policy } = greedy;
  desk.take({ job: new Job({ ...orderOf('greedy'), policy }), call: 1, request, post });
  expect(asked.at(-1)).toBe('greedy');
  expect(posted).toHaveLength(1);
});
