/**
 * What clients may do to the real policy-server over HTTPS: each attack gets its answer, or none where it deserves
 * none, and the review after it, on a connection of its own, is answered as if nothing had been.
 */
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type ServerProcess } from '../../tools/policy-server/process.ts';
import { createClient, type Client } from './client.ts';
import { bodyOf, expectRightAnswer, guests, plain } from './honest.ts';

const MiB = 1024 * 1024;

let server: ServerProcess;
let client: Client;
let port: number;
const sockets: Socket[] = [];

beforeAll(async () => {
  server = await startServer(
    {
      honest: { module: `file://${guests}/rust/pod-privileged.wasm` },
      rego: { module: `file://${guests}/rego/pod-privileged.wasm` },
      slow: { module: `file://${guests}/c/sleeping.wasm`, settings: { sleepMilliseconds: 300 } },
    },
    ['--shutdown-delay', '0'],
    'quiet',
  );
  client = createClient(server.url);
  port = Number(new URL(server.url).port);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await expectRightAnswer(client, 'honest');
});

afterAll(async () => {
  client.close();
  await server.stop();
});

async function open(secure = true): Promise<Socket> {
  const address = { port, host: '127.0.0.1' };
  const socket = secure ? connectTls({ ...address, rejectUnauthorized: false }) : connectPlain(address);
  sockets.push(socket);
  // A connection that is reset is judged by what it has brought until then.
  socket.on('error', () => undefined);
  await once(socket, secure ? 'secureConnect' : 'connect');
  return socket;
}

/** Everything that a connection brings until the server ends or resets it. */
function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

/** The head of a request, with the given headers beside `host`. */
function head(path: string, headers: readonly string[], method = 'POST'): string {
  return `${[`${method} ${path} HTTP/1.1`, 'host: localhost', ...headers].join('\r\n')}\r\n\r\n`;
}

const json = 'content-type: application/json';

/** A complete request. */
function post(path: string, body: string | Uint8Array, headers: readonly string[] = [json]): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(head(path, [...headers, `content-length: ${bytes.byteLength}`])), bytes]);
}

/** A review whose object is `object`, a JSON text. */
function around(object: string): string {
  return bodyOf(plain, 'around').replace(/"object":\{/, `"object":${object},"ignored":{`);
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const notJson = 'Failed to parse the request body as JSON: ';
const noReview = 'Failed to deserialize the JSON body into the target type: ';

describe('a body', () => {
  test.each<[name: string, body: string | Uint8Array, status: number, message: string]>([
    ['that is empty', '', 400, notJson],
    ['that is no JSON', 'apiVersion: admission.k8s.io/v1', 400, notJson],
    ['that ends too early', bodyOf(plain, 'half').slice(0, -20), 400, notJson],
    ['that goes on after its end', `${bodyOf(plain, 'two')}{}`, 400, `${notJson}trailing characters`],
    ['with a number that JSON does not have', around('{"a":NaN}'), 400, notJson],
    ['that is no UTF-8', Buffer.from(bodyOf(plain, '\u00ff'), 'latin1'), 400, notJson],
    ['with half a surrogate pair', around('"\\ud800"'), 400, notJson],
    ['10,000 levels deep in its object', around(nested(10_000)), 400, `${notJson}recursion limit exceeded`],
    ['10,000 levels deep', nested(10_000), 400, `${notJson}recursion limit exceeded`],
    ['of a million open brackets', '['.repeat(1_000_000), 400, `${notJson}recursion limit exceeded`],
    ['without a request', '{}', 422, `${noReview}missing field \`request\``],
    ['whose request is null', '{"request":null}', 422, noReview],
    ['whose request is a list', '{"request":[]}', 422, noReview],
    ['without a uid', bodyOf(plain, 'none').replace('"uid":"none"', '"other":1'), 422, noReview],
    ['whose uid is a number', bodyOf(plain, 'one').replace('"uid":"one"', '"uid":1'), 422, noReview],
    ['with two uids', bodyOf(plain, 'b').replace('"uid":"b"', '"uid":"a","uid":"b"'), 422, noReview],
    ['of 9 MiB', ' '.repeat(9 * MiB), 413, 'Failed to buffer the request body: length limit exceeded'],
  ])('%s', async (_name, body, status, message) => {
    const answer = await client.post('/validate/honest', body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ status, message: expect.stringContaining(message) });
  });

  test('that is bad is the answer, also where there is no policy', async () => {
    expect((await client.post('/validate/nobody', '{')).status).toBe(400);
    expect((await client.post('/validate/nobody', bodyOf(plain, 'x'))).status).toBe(404);
  });

  test('as large as allowed is evaluated', async () => {
    const filled = bodyOf(plain, 'large').padEnd(8 * MiB, ' ');
    expect((await client.post('/validate/honest', filled)).response).toMatchObject({
      uid: 'large',
      allowed: true,
    });
  });

  test('in chunks without end is refused once it is too long', async () => {
    const socket = await open();
    const received = readAll(socket);
    socket.write(head('/validate/honest', [json, 'transfer-encoding: chunked']));
    const chunk = `100000\r\n${' '.repeat(MiB)}\r\n`;
    const send = (): void => {
      while (socket.writable && socket.write(chunk));
    };
    socket.on('drain', send);
    send();
    // A client that goes on writing may see the reset before it reads the answer.
    expect(await received).toMatch(/^HTTP\/1\.1 413 |^$/);
  });

  test.each(['__proto__', 'constructor', 'toString', '..%2f..%2fetc%2fpasswd', 'honest%00', '%2e%2e'])(
    'sent to %s finds no policy there',
    async (name) => {
      const { status, response } = await client.post(`/validate/${name}`, bodyOf(plain, 'x'));
      expect([404, 500]).toContain(status);
      expect(response).toBeUndefined();
    },
  );
});

describe('a request', () => {
  test.each<[name: string, request: string | Uint8Array, answer: RegExp]>([
    [
      'without a content type',
      post('/validate/honest', bodyOf(plain, 'x'), ['connection: close']),
      /^HTTP\/1\.1 415 /,
    ],
    [
      'of another content type',
      post('/validate/honest', bodyOf(plain, 'x'), ['content-type: text/plain', 'connection: close']),
      /^HTTP\/1\.1 415 /,
    ],
    ['by another method', head('/validate/honest', ['connection: close'], 'GET'), /^HTTP\/1\.1 405 /],
    ['to upgrade', head('/', ['connection: upgrade, close', 'upgrade: h2c'], 'GET'), /^HTTP\/1\.1 404 /],
    ['to become a tunnel', head('example.org:443', [], 'CONNECT'), /^$/],
    ['with a header of 17 KiB', head('/', [`x: ${'y'.repeat(17 * 1024)}`], 'GET'), /^HTTP\/1\.1 431 /],
    [
      'with 3,000 headers',
      head(
        '/',
        Array.from({ length: 3000 }, (_, index) => `x-${index}: y`),
        'GET',
      ),
      /^HTTP\/1\.1 431 /,
    ],
    // Cut off while it is still being sent, which may take the answer with it.
    ['with 10 MiB of headers', head('/', [`x: ${'y'.repeat(10 * MiB)}`], 'GET'), /^HTTP\/1\.1 431 |^$/],
    [
      'whose length is told in two ways',
      head('/validate/honest', [json, 'content-length: 2', 'transfer-encoding: chunked']) + '0\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'of two lengths',
      head('/validate/honest', [json, 'content-length: 2', 'content-length: 3']) + '{} ',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'of a negative length',
      head('/validate/honest', [json, 'content-length: -1']) + '{}',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'in chunks of no length',
      head('/validate/honest', [json, 'transfer-encoding: chunked']) + 'zz\r\n{}\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    ['with a line break in its path', 'POST /validate/a\nb HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['that is noise', Buffer.alloc(4096, 0xa5), /^HTTP\/1\.1 400 /],
  ])('%s', async (_name, request, answer) => {
    const socket = await open();
    const received = readAll(socket);
    socket.write(request);
    expect(await received).toMatch(answer);
  });

  test('without TLS is not answered', async () => {
    const socket = await open(false);
    const received = readAll(socket);
    socket.write(post('/validate/honest', bodyOf(plain, 'x')));
    expect(await received).not.toContain('HTTP/1.1 200');
  });
});

describe('a connection', () => {
  test('with sixty pipelined requests gets sixty answers in their order', async () => {
    const policies = ['slow', 'honest', 'rego'];
    const socket = await open();
    const received = readAll(socket);
    const uids = Array.from({ length: 60 }, (_, index) => `pipelined-${index}`);
    socket.write(
      Buffer.concat([
        ...uids.map((uid, index) => post(`/validate/${policies[index % 3]}`, bodyOf(plain, uid))),
        post('/validate/nobody', bodyOf(plain, 'last'), [json, 'connection: close']),
      ]),
    );
    const answers = await received;
    expect([...answers.matchAll(/"uid":"(pipelined-\d+)","allowed":true/g)].map(([, uid]) => uid)).toEqual(
      uids,
    );
    expect(answers).toContain('unknown policy: nobody');
  });

  test('that its client half closes counts as left', async () => {
    const socket = await open();
    const received = readAll(socket);
    socket.end(post('/validate/slow', bodyOf(plain, 'half-closed')));
    expect(await received).toBe('');
  });

  test('that ends before its body costs nothing', async () => {
    const started = await Promise.all(Array.from({ length: 50 }, () => open()));
    for (const socket of started) {
      socket.end(head('/validate/honest', [json, 'content-length: 8000000']) + '{');
    }
    const received = await Promise.all(started.map(readAll));
    for (const text of received) expect(text).not.toContain('HTTP/1.1 200');
  });

  test('that its client leaves in the middle of an evaluation costs nobody else', async () => {
    for (let count = 0; count < 100; count++) {
      const socket = await open();
      socket.write(post('/validate/slow', bodyOf(plain, `gone-${count}`)), () => socket.destroy());
    }
    await expectRightAnswer(client, 'rego');
  });
});
