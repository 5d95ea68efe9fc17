import { expect, test } from 'vitest';
import { maximumHostCalls, maximumWaitingHostCalls } from '../bounds.ts';
import type { ToWorker } from '../protocol.ts';
import { HostCallDesk } from './host-calls.ts';
import { Job } from './job.ts';
import { PolicyRecord } from './policy-record.ts';

const request = { type: 'DNSLookupHost', host: 'example.org' } as const;

function newJob(): Job {
  const policy = new PolicyRecord('policy');
  return new Job({ task: ['settings', 0], policy, deadline: undefined, lane: undefined, settle: () => {} });
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
  for (let call = 1; call <= last; call++) desk.take({ job: newJob(), call, request, post });
  expect(release).toHaveLength(maximumHostCalls);
  const full = 'Error sending request over callback channel: no available capacity';
  expect(posted).toEqual([['unreachable', last, full]]);

  while (release.length > 0) {
    release.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(posted.filter(([kind]) => kind === 'answer')).toHaveLength(last - 1);
});

test('the calls of a job that has ended reach nobody and make room for others', async () => {
  const desk = new HostCallDesk(() => new Promise(() => {}));
  const posted: ToWorker[] = [];
  const post = (message: ToWorker) => posted.push(message);
  const job = newJob();
  for (let call = 1; call <= maximumHostCalls + maximumWaitingHostCalls; call++)
    desk.take({ job, call, request, post });
  desk.drop(job);
  desk.take({ job: newJob(), call: 1_000, request, post });
  await new Promise((resolve) => setImmediate(resolve));
  expect(posted).toEqual([]);
});
