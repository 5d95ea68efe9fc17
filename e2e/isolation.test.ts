/**
 * What one review leaves behind, another must not find: one after the other in the same sandbox, and at the same time
 * while guests wait for their host.
 */
import {
  compilePolicyModule,
  createHostGate,
  createPolicyRuntime,
  parseHostCapabilities,
  type EvaluationContext,
  type HostAnswerer,
  type PolicyRuntime,
} from '@kubewarden/evaluator';
import { decodeRawRequest } from '@kubewarden/policy';
import { expect, it } from 'vitest';
import { readCatalogue, readGuestModule, type Guest } from './catalogue.ts';

const catalogue = readCatalogue();
const encoder = new TextEncoder();

async function runtimeOf({ module, executionMode }: Guest): Promise<PolicyRuntime> {
  return createPolicyRuntime(await compilePolicyModule(readGuestModule({ module }), { executionMode }));
}

function contextOf(answer: HostAnswerer): EvaluationContext {
  const policyId = 'guest';
  const permissions = { policyId, hostCapabilities: parseHostCapabilities(['*']), contextAwareResources: [] };
  return { policyId, settings: encoder.encode('{}'), gate: createHostGate(permissions, answer, () => {}) };
}

function rawInput(value: unknown) {
  return { kind: 'raw', request: decodeRawRequest(encoder.encode(JSON.stringify(value))) } as const;
}

it.each(catalogue.filter(({ name }) => name.includes('/remember')))(
  '$name finds nothing of 2,000 earlier reviews',
  async (guest) => {
    const runtime = await runtimeOf(guest);
    const context = contextOf(() => encoder.encode('{"digest":"sha256:00ff"}'));
    for (let review = 0; review < 2_000; review++) {
      const answer = await runtime.validate(rawInput({ uid: `review-${review}`, secret: review }), context);
      expect(answer).toEqual({ uid: `review-${review}`, allowed: true });
    }
  },
);

it('keeps reviews apart that wait for the host at the same time', async () => {
  // This guest rejects with what it read: its request, and the host's reply.
  const guest = catalogue.find(({ name }) => name === 'wasi/host-call-before-reading')!;
  const runtime = await runtimeOf(guest);
  const reviews = Array.from({ length: 100 }, (_, index) => `review-${index}`);
  const waiting: (() => void)[] = [];
  const answers = reviews.map((uid) => {
    const reply = encoder.encode(JSON.stringify({ digest: `for ${uid}` }));
    const answer: HostAnswerer = () => new Promise((resolve) => waiting.push(() => resolve(reply)));
    return runtime.validate(rawInput({ uid }), contextOf(answer));
  });
  await expect.poll(() => waiting.length).toBe(reviews.length);
  // The last to ask is the first to be answered.
  for (const release of waiting.toReversed()) release();
  expect(await Promise.all(answers)).toEqual(
    reviews.map((uid) => ({
      uid,
      allowed: false,
      status: { message: `{'request':{'uid':'${uid}'},'settings':{}}{'digest':'for ${uid}'}` },
    })),
  );
});
