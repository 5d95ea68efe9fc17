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

/** Those whose memory is all in the guest; others look for what an answer of the host left. */
const remembering = Object.keys(hostilePolicies()).filter(
  (name) => name.includes('-remember') && name !== 'wapc-remember-in-host',
);

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
  if (expected.kind === 'unusable') {
    expect(response?.allowed ?? false, text).toBe(false);
    if (status === 500) return;
    expect(response?.status?.code, text).toBe(500);
    expect(text.replaceAll('\\"', '"')).toContain(expected.text);
    return;
  }
  expect(status, text).toBe(200);
  const { request } = JSON.parse(Buffer.from(body).toString()) as { request: { uid?: string } };
  expect(response!.uid).toBe(request.uid ?? '');
  if (expected.kind === 'time-out') {
    expect(response).toMatchObject({ allowed: false, status: { code: 500 } });
    expect(response!.status!.message).toMatch(new RegExp(`${timedOut}|execution deadline exceeded`));
    return;
  }
  const { allowed, message, messageContains, code } = expected.verdict;
  if (allowed !== undefined) expect(response!.allowed, text).toBe(allowed);
  if (message !== undefined) expect(response!.status?.message).toBe(message);
  if (messageContains !== undefined) expect(response!.status?.message ?? '').toContain(messageContains);
  if (code !== undefined) expect(response!.status?.code).toBe(code);
}

test.each(acts())('$name', async (act) => {
  check(act, await client.post(act.path, act.body));
  await expectRightAnswer(client, 'rust-pod-privileged');
});

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
