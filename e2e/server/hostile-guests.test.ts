/**
 * The real policy-server with every guest of the catalogues as a policy, the hostile ones among them: each gets the
 * answer that it deserves, and the review after it, of another policy, is answered as if nothing had been.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type ServerProcess } from '../../tools/policy-server/process.ts';
import { acts, hostilePolicies, type Act } from './acts.ts';
import { createClient, type Client, type HttpAnswer } from './client.ts';
import { bodyOf, expectRightAnswer, plain } from './honest.ts';

const timedOut = 'Policy execution interrupted because it exceeded the allowed execution time';

/** Guests that leave something behind, and reject when they find it. */
const remembering = Object.keys(hostilePolicies()).filter((name) => name.includes('-remember'));

let server: ServerProcess;
let client: Client;

beforeAll(async () => {
  const flags = ['--continue-on-errors', '--log-level', 'error', '--shutdown-delay', '0'];
  server = await startServer(hostilePolicies(), flags, 'quiet');
  client = createClient(server.url);
});

afterAll(async () => {
  client.close();
  await server.stop();
});

function check({ expected, body }: Act, { status, response, text }: HttpAnswer): void {
  expect(status, text).toBe(200);
  const { request } = JSON.parse(Buffer.from(body).toString()) as { request: { uid?: string } };
  expect(response!.uid).toBe(request.uid ?? '');
  if (expected.kind === 'unusable') {
    expect(response).toMatchObject({ allowed: false, status: { code: 500 } });
    expect(response!.status!.message).toContain(expected.text);
    return;
  }
  if (expected.kind === 'time-out') {
    expect(response).toMatchObject({ allowed: false, status: { code: 500 } });
    expect(response!.status!.message).toMatch(new RegExp(`${timedOut}|execution deadline exceeded`));
    return;
  }
  const { allowed, message, messageContains, code, patch, warnings } = expected.verdict;
  if (allowed !== undefined) expect(response!.allowed, text).toBe(allowed);
  if (message !== undefined) expect(response!.status?.message).toBe(message);
  if (messageContains !== undefined) expect(response!.status?.message ?? '').toContain(messageContains);
  if (code !== undefined) expect(response!.status?.code).toBe(code);
  if (patch !== undefined) expect(JSON.parse(atob(response!.patch!))).toEqual(patch);
  if (warnings !== undefined) expect(response!.warnings).toEqual(warnings);
}

async function actAndGoOn(act: Act): Promise<void> {
  check(act, await client.post(act.path, act.body));
  await expectRightAnswer(client, 'rust-pod-privileged');
}

const endless = acts().filter(({ expected }) => expected.kind === 'time-out');
const others = acts().filter(({ expected }) => expected.kind !== 'time-out');

// All at once, on fewer threads.
test.concurrent.each(endless)('$name', actAndGoOn);
test.each(others)('$name', actAndGoOn);

test.each(remembering)('%s finds nothing of the reviews before', async (policy) => {
  for (let count = 0; count < 10; count++) {
    const uid = `${policy}-${count}`;
    const { response } = await client.post(`/validate/${policy}`, bodyOf(plain, uid));
    expect(response).toMatchObject({ uid, allowed: true });
  }
});

test('a thousand reviews at once, honest and hostile ones, each answered under its own uid', async () => {
  const policies = [
    'rust-pod-privileged',
    'go-pod-privileged',
    'assemblyscript-pod-privileged',
    'rego-pod-privileged',
    'wasi-trap',
    'wapc-grow-by-16-mib',
  ];
  const answers = await Promise.all(
    Array.from({ length: 1000 }, async (_, index) => {
      const uid = `one-of-many-${index}`;
      const policy = policies[index % policies.length]!;
      const { status, response } = await client.post(`/validate/${policy}`, bodyOf(plain, uid));
      return {
        policy,
        right: status === 200 && response?.uid === uid && response.allowed === (policy !== 'wasi-trap'),
      };
    }),
  );
  expect(answers.filter(({ right }) => !right)).toEqual([]);
});
