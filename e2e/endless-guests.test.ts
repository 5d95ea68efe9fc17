/**
 * Guests that never come back, all in one pool of workers: each is stopped at its deadline wherever it hangs, and no
 * other review suffers.
 */
import {
  compilePolicyModule,
  HostCallError,
  parseHostCapabilities,
  type PolicyModule,
} from '@kubewarden/evaluator';
import { EvaluationPool, type PooledPolicy, type ReviewOutcome } from '@kubewarden/evaluation-pool';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCatalogue, readGuestModule, readRequest, type Guest } from './catalogue.ts';

const catalogue = readCatalogue();
const endless = catalogue.filter((guest) => guest.endless !== undefined);
/** Guests that stop only when there is no more memory to be had. */
const growing = catalogue.filter(({ name }) => name.endsWith('/grow-to-the-cap'));
const honest = catalogue.find(({ name }) => name === 'assemblyscript/pod-privileged')!;

const interrupted = 'Policy execution interrupted because it exceeded the allowed execution time';

let pool: EvaluationPool;

beforeAll(async () => {
  const compiled = await Promise.all(
    [...endless, honest].map(async (guest) => ({
      guest,
      module: await compilePolicyModule(readGuestModule(guest), { executionMode: guest.executionMode }),
    })),
  );
  pool = await EvaluationPool.start({
    workers: 2,
    modules: compiled.map(({ module }) => module),
    policies: compiled.map(({ guest, module }) => policyOf(guest, module)),
    answer: (request) => {
      throw new HostCallError(`nobody is to ask for ${request.type}`);
    },
    log: () => {},
  });
}, 60_000);

afterAll(() => pool.close(0));

function policyOf({ name }: Guest, { digest }: PolicyModule): PooledPolicy {
  return {
    kind: 'policy',
    id: idOf(name),
    module: digest,
    settings: new TextEncoder().encode('{}'),
    permissions: {
      policyId: idOf(name),
      hostCapabilities: parseHostCapabilities(['*']),
      contextAwareResources: [],
    },
    mode: 'protect',
    allowedToMutate: false,
    deadlineMilliseconds: 400,
  };
}

function idOf(name: string): string {
  return name.replaceAll('/', '-');
}

/** The same request for everybody: it makes the endless loop, and the honest policy rejects it. */
function review({ name }: Guest): Promise<ReviewOutcome> {
  return pool.evaluate({ policyId: idOf(name), body: readRequest('pod-privileged'), endpoint: 'validate' });
}

it('ends reviews at their deadline and answers all others', async () => {
  // A guest that hangs in its settings only reviews as others do.
  const hanging = endless.filter(({ endless: where }) => where !== 'settings');
  const outcomes = await Promise.all(
    hanging.flatMap((guest) => [guest, honest]).map(async (guest) => [guest, await review(guest)] as const),
  );
  for (const [guest, outcome] of outcomes) {
    const message = guest === honest ? 'Privileged container is not allowed' : interrupted;
    expect(outcome, guest.name).toMatchObject({ answer: { allowed: false, status: { message } } });
  }
});

it('ends a validation of settings, too', async () => {
  const { name } = endless.find(({ endless: where }) => where === 'settings')!;
  expect(await pool.validateSettings(idOf(name))).toMatchObject({
    valid: false,
    message: expect.stringContaining('execution deadline exceeded') as string,
  });
});

it('goes on with a guest that hangs on some requests only', async () => {
  const policyId = idOf(endless.find(({ cases }) => cases !== undefined)!.name);
  const outcome = await pool.evaluate({ policyId, body: readRequest('pod-plain'), endpoint: 'validate' });
  expect(outcome).toMatchObject({ answer: { allowed: true } });
});

it.each(growing)(
  '$name is ended while its memory grows, and so is its thread',
  async (guest) => {
    const own = await compilePolicyModule(readGuestModule(guest), { executionMode: guest.executionMode });
    const growingPool = await EvaluationPool.start({
      workers: 1,
      modules: [own],
      policies: [{ ...policyOf(guest, own), deadlineMilliseconds: 100 }],
      answer: (request) => {
        throw new HostCallError(`nobody is to ask for ${request.type}`);
      },
      log: () => {},
    });
    const endpoint = guest.policyType === 'raw' ? 'validate_raw' : 'validate';
    const body = readRequest(guest.cases![0]!.request);
    const outcome = await growingPool.evaluate({ policyId: idOf(guest.name), endpoint, body });
    expect(outcome).toMatchObject({ kind: 'answered' });
    // A thread that goes on growing would take half a minute.
    await growingPool.close(0);
  },
  15_000,
);
