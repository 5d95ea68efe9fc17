/**
 * The real policy-server over time: certificates that are wrong, missing or replaced, connections that trickle, and
 * the end.
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest';
import {
  type CertificateAndKey,
  type CertificateAuthority,
  createAuthority,
} from '../../tools/certificates/authority.ts';
import { startServer, type ServerProcess } from '../../tools/policy-server/process.ts';
import { createClient } from './client.ts';
import { bodyOf, expectRightAnswer, guests, plain } from './honest.ts';
import { refusedStart } from './refused-start.ts';

const honest = { module: `file://${guests}/rust/pod-privileged.wasm` };
const policies = {
  honest,
  rego: { module: `file://${guests}/rego/pod-privileged.wasm` },
  slow: { module: `file://${guests}/c/sleeping.wasm`, settings: { sleepMilliseconds: 500 } },
};

const folders = mkdtempSync(join(tmpdir(), 'kubewarden-tls-'));
afterAll(() => rmSync(folders, { recursive: true }));

let authority: CertificateAuthority;
let first: CertificateAndKey;
let second: CertificateAndKey;

beforeAll(async () => {
  authority = await createAuthority({ commonName: 'authority' });
  const issue = (commonName: string): Promise<CertificateAndKey> =>
    authority.issue({ commonName, ipAddresses: ['127.0.0.1'] });
  [first, second] = await Promise.all([issue('first'), issue('second')]);
});

/** Certificate, key and client authority in files, with the flags that name them. */
function write({ certificate, key }: CertificateAndKey): { folder: string; flags: string[] } {
  const folder = mkdtempSync(join(folders, 'pair-'));
  writeFileSync(join(folder, 'tls.crt'), certificate);
  writeFileSync(join(folder, 'tls.key'), key);
  writeFileSync(join(folder, 'ca.crt'), authority.certificate);
  return { folder, flags: ['--cert-file', join(folder, 'tls.crt'), '--key-file', join(folder, 'tls.key')] };
}

/** A server that is ended with the test. */
async function serve(
  { onTestFinished }: TestContext,
  flags: readonly string[],
  served: Record<string, unknown> = policies,
): Promise<ServerProcess> {
  const server = await startServer(served, [...flags, '--shutdown-delay', '0'], 'quiet');
  onTestFinished(() => server.stop());
  return server;
}

/** Posts a review over a connection of its own, or one of the agent's, and gives its uid and verdict. */
function ask(url: string, uid: string, options: object): Promise<{ uid: string; allowed: boolean }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: 'POST', headers: { 'content-type': 'application/json' }, agent: false, ...options },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const { response } = JSON.parse(Buffer.concat(chunks).toString()) as {
            response: { uid: string; allowed: boolean };
          };
          resolve({ uid: response.uid, allowed: response.allowed });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(bodyOf(plain, uid));
  });
}

function servedName(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname: host, port } = new URL(url);
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

test.concurrent('a certificate without its key ends the start', async () => {
  const { flags } = write({ certificate: first.certificate, key: second.key });
  const { code, errors } = await refusedStart(JSON.stringify({ honest }), flags);
  expect(code).toBe(1);
  expect(errors).toMatch(/^Error: .*the private key does not belong to the certificate.*\n$/);
});

test.concurrent('clients without a certificate of the right authority get no answer', async (context) => {
  const { folder, flags } = write(first);
  const { url } = await serve(context, [...flags, '--client-ca-file', join(folder, 'ca.crt')]);
  const target = `${url}/validate/honest`;
  const stranger = await (await createAuthority({ commonName: 'other' })).issue({ commonName: 'stranger' });
  const as = ({ certificate, key }: CertificateAndKey): object => ({
    ca: authority.certificate,
    cert: certificate,
    key,
  });
  await expect(ask(target, 'none', { ca: authority.certificate })).rejects.toThrow('certificate required');
  await expect(ask(target, 'stranger', as(stranger))).rejects.toThrow();
  const member = await authority.issue({ commonName: 'api-server' });
  expect(await ask(target, 'member', as(member))).toEqual({ uid: 'member', allowed: true });
});

test.concurrent('certificates are swapped under load, and no review is lost', async (context) => {
  const { folder, flags } = write(first);
  const { url } = await serve(context, flags);
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ca: authority.certificate });
  const over = new AbortController();
  let answered = 0;
  const lanes = Array.from({ length: 8 }, async (_, lane) => {
    for (let count = 0; !over.signal.aborted; count++) {
      const uid = `swap-${lane}-${count}`;
      const connection = lane % 2 === 0 ? { agent } : { ca: authority.certificate };
      expect(await ask(`${url}/validate/honest`, uid, connection)).toEqual({ uid, allowed: true });
      answered++;
    }
  });
  const load = Promise.all(lanes);
  try {
    for (const [pair, name] of [
      [second, 'second'],
      [first, 'first'],
    ] as const) {
      for (const [file, text] of [
        ['tls.crt', pair.certificate],
        ['tls.key', pair.key],
      ] as const) {
        writeFileSync(join(folder, 'new'), text);
        renameSync(join(folder, 'new'), join(folder, file));
      }
      await context.expect.poll(() => servedName(url), { timeout: 15_000 }).toBe(name);
    }
  } finally {
    over.abort();
    await load;
    agent.destroy();
  }
  expect(answered).toBeGreaterThan(8);
});

test.concurrent('connections that trickle are cut off, and two hundred of them slow nobody down', async (context) => {
  const { url } = await serve(context, write(first).flags);
  const port = Number(new URL(url).port);
  const sockets = Array.from({ length: 200 }, () =>
    connect({ port, host: '127.0.0.1', rejectUnauthorized: false }),
  );
  const received = sockets.map(
    (socket) =>
      new Promise<string>((resolve) => {
        let text = '';
        socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
        // A connection that is reset is judged by what it has brought until then.
        socket.on('error', () => undefined);
        socket.once('close', () => resolve(text));
      }),
  );
  for (const socket of sockets) socket.write('POST /validate/honest HTTP/1.1\r\nhost: x\r\nx-slow:');
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('z');
  }, 500);
  context.onTestFinished(() => clearInterval(drip));
  const client = createClient(url);
  for (let count = 0; count < 20; count++) await expectRightAnswer(client, 'honest');
  client.close();
  for (const text of await Promise.all(received)) expect(text).toMatch(/^HTTP\/1\.1 408 |^$/);
});

test.concurrent('SIGTERM under load: every review that was sent before is answered', async () => {
  const { flags } = write(first);
  const server = await startServer(policies, flags, 'quiet');
  const agent = new Agent({ keepAlive: true, ca: authority.certificate });
  const names = Object.keys(policies);
  const uids = Array.from({ length: 120 }, (_, index) => `before-${index}`);
  const before = Promise.all(
    uids.map((uid, index) => ask(`${server.url}/validate/${names[index % names.length]}`, uid, { agent })),
  );
  // Long enough that all are sent, and too short for the slow policy to have answered its forty.
  await sleep(400);
  const stopped = server.stop();
  const after = await ask(`${server.url}/validate/honest`, 'while-stopping', { ca: authority.certificate });
  expect(after).toEqual({ uid: 'while-stopping', allowed: true });
  expect(await before).toEqual(uids.map((uid) => ({ uid, allowed: true })));
  await stopped;
  agent.destroy();
  await expect(ask(`${server.url}/validate/honest`, 'too-late', {})).rejects.toThrow('ECONNREFUSED');
});

test.concurrent('a policy that uses up all memory ends its reviews, not the server', async (context) => {
  const { flags } = write(first);
  const greedyPolicy = { module: `file://${guests}/wat/wapc/grow-to-the-cap.wasm`, timeoutEvalSeconds: 10 };
  const server = await serve(context, [...flags, '--workers', '2'], { honest, greedy: greedyPolicy });
  const client = createClient(server.url);
  const greedy = Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      client.post('/validate/greedy', bodyOf(plain, `greedy-${index}`)),
    ),
  );
  await expectRightAnswer(client, 'honest');
  expect((await greedy).map(({ response }) => response?.uid)).toEqual(
    Array.from({ length: 8 }, (_, index) => `greedy-${index}`),
  );
  await expectRightAnswer(client, 'honest');
  client.close();
});
