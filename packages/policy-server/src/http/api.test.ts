import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReviewJob, ReviewOutcome } from '@kubewarden/evaluation-pool';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../logging/logger.ts';
import { type ApiOptions, createApi } from './api.ts';
import { BodyBudget } from './body.ts';
import { closeServer, createApiServer, listen, type ListenOptions } from './listen.ts';
import type { RequestRecord } from './request-record.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await closeServer(server, 0);
});

/** Answers with the body that it got, so that a mixed-up answer is noticed. */
function answered(job: ReviewJob): ReviewOutcome {
  return {
    kind: 'answered',
    body: job.body,
    verdict: { allowed: true, mutated: false },
    answer: { allowed: true, mutated: false },
    request: { uid: '' },
    evaluationMilliseconds: 1,
    queueMilliseconds: 0,
  };
}

async function evaluateByName(job: ReviewJob): Promise<ReviewOutcome> {
  switch (job.policyId) {
    case 'not-json':
      return { kind: 'malformed', status: 400, message: 'expected value at line 1 column 1' };
    case 'not-a-review':
      return { kind: 'malformed', status: 422, message: 'missing field `request`' };
    case 'broken':
      return { kind: 'failed', error: 'cannot be instantiated' };
    case 'faulty':
      throw new Error('a fault of the host');
    case 'known':
      return answered(job);
    default:
      return { kind: 'unknown-policy' };
  }
}

async function serve(
  options: Partial<ApiOptions> = {},
  limits: ListenOptions['limits'] = {},
): Promise<number> {
  const maximumBodyBytes = options.maximumBodyBytes ?? 1000;
  const api = createApi({
    evaluate: evaluateByName,
    maximumBodyBytes,
    bodyBudget: new BodyBudget(10_000),
    logger: createLogger(
      'error',
      () => '',
      () => undefined,
    ),
    isDraining: () => false,
    ...options,
  });
  const server = createApiServer(api, { maximumBodyBytes, limits });
  servers.push(server);
  return (await listen(server, { host: '127.0.0.1', port: 0 })).port;
}

const json = { 'content-type': 'application/json' };

function post(
  port: number,
  path: string,
  body: string,
  headers: Record<string, string> = json,
): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers });
}

function rawConnection(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => undefined);
  });
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  return text;
}

describe('the API', () => {
  it.each([
    ['/validate/unknown', json, 404, 'unknown policy: unknown'],
    ['/audit/unknown', json, 404, 'unknown policy: unknown'],
    ['/validate_raw/unknown', json, 404, 'unknown policy: unknown'],
    ['/validate/group%2Fmember', json, 404, 'unknown policy: group/member'],
    ['/validate/a%2Fb%2Fc', json, 500, 'Something went wrong'],
    ['/validate/broken', json, 500, 'Something went wrong'],
    ['/validate/faulty', json, 500, 'Something went wrong'],
    ['/validate/%ff', json, 400, 'Invalid URL: the policy id is no valid percent-encoded UTF-8'],
    [
      '/validate/not-json',
      json,
      400,
      'Failed to parse the request body as JSON: expected value at line 1 column 1',
    ],
    [
      '/validate/not-a-review',
      json,
      422,
      'Failed to deserialize the JSON body into the target type: missing field `request`',
    ],
    [
      '/validate/known',
      { 'content-type': 'text/plain' },
      415,
      'Expected request with `Content-Type: application/json`',
    ],
    [
      '/audit/known',
      { 'content-type': 'application/jsonp' },
      415,
      'Expected request with `Content-Type: application/json`',
    ],
    ['/validate/', json, 404, 'not found'],
    ['/validate', json, 404, 'not found'],
    ['/validate/known/more', json, 404, 'not found'],
    ['/metrics', json, 404, 'not found'],
    ['/debug/pprof/heap', json, 404, 'not found'],
  ])('answers POST %s with %j by %i', async (path, headers, status, message) => {
    const response = await post(await serve(), path, '{}', headers);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe(JSON.stringify({ message, status }));
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/admission+json',
    'Application/JSON',
  ])('takes the content type %s', async (type) => {
    const response = await post(await serve(), '/validate/known?timeout=10s', '{"a":1}', {
      'content-type': type,
    });
    expect([response.status, await response.text()]).toEqual([200, '{"a":1}']);
  });

  it('refuses other methods and says which one it expects', async () => {
    const response = await fetch(`http://127.0.0.1:${await serve()}/validate/known`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('takes a body of exactly the limit, and answers 413 to one byte more', async () => {
    const port = await serve();
    expect((await post(port, '/validate/known', 'x'.repeat(1000))).status).toBe(200);
    const response = await post(port, '/validate/known', 'x'.repeat(1001));
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({
      message: 'Failed to buffer the request body: length limit exceeded',
      status: 413,
    });
  });

  it('bounds bodies of unknown length, and those that wait for a permission to be sent', async () => {
    const port = await serve();
    const chunked = await rawConnection(port);
    const chunk = `1f4\r\n${'x'.repeat(500)}\r\n`;
    chunked.write(
      'POST /validate/known HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    chunked.write(`${chunk}${chunk}${chunk}0\r\n\r\n`);
    expect(await readAll(chunked)).toMatch(/^HTTP\/1\.1 413 /);

    const expecting = await rawConnection(port);
    expecting.write(
      'POST /validate/known HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1001\r\nexpect: 100-continue\r\n\r\n',
    );
    expect(await readAll(expecting)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('joins a body that comes in pieces', async () => {
    const port = await serve();
    const request = httpRequest({ port, path: '/validate/known', method: 'POST', headers: json });
    request.write('{"a":');
    await sleep(20);
    request.end('1}');
    const [response] = await once(request, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe('{"a":1}');
  });

  it('answers 503 when all bodies together exceed their budget, and recovers', async () => {
    const release: (() => void)[] = [];
    const port = await serve({
      bodyBudget: new BodyBudget(1500),
      evaluate: (job) => new Promise((resolve) => release.push(() => resolve(answered(job)))),
    });
    const first = post(port, '/validate/known', 'x'.repeat(900));
    await expect.poll(() => release.length).toBe(1);
    const refused = await post(port, '/validate/known', 'x'.repeat(900));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    release.pop()?.();
    expect((await first).status).toBe(200);
    const next = post(port, '/validate/known', 'x'.repeat(900));
    await expect.poll(() => release.length).toBe(1);
    release.pop()?.();
    expect((await next).status).toBe(200);
  });

  it('never mixes up answers, in whatever order evaluations end', async () => {
    const port = await serve({
      evaluate: async (job) => {
        await sleep(Math.random() * 20);
        return answered(job);
      },
    });
    const uids = Array.from({ length: 200 }, (_, index) => `{"uid":"${index}"}`);
    const answers = await Promise.all(
      uids.map(async (uid) => (await post(port, '/validate/known', uid)).text()),
    );
    expect(answers).toEqual(uids);
  });

  it('cuts off a client that trickles its request', async () => {
    const port = await serve(
      {},
      { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 50 },
    );
    const slowHeaders = await rawConnection(port);
    slowHeaders.write('POST /validate/known HTTP/1.1\r\nhost:');
    expect(await readAll(slowHeaders)).toMatch(/^HTTP\/1\.1 408 /);
    const slowBody = await rawConnection(port);
    slowBody.write(
      'POST /validate/known HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{',
    );
    expect(await readAll(slowBody)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('survives a client that goes away, before or after its body', async () => {
    const budget = new BodyBudget(1000);
    let release: (() => void) | undefined;
    const port = await serve({
      bodyBudget: budget,
      evaluate: (job) => new Promise((resolve) => (release = () => resolve(answered(job)))),
    });
    const head =
      'POST /validate/known HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n';
    const during = await rawConnection(port);
    during.write(`${head}${'x'.repeat(800)}`);
    await sleep(50);
    during.destroy();
    await expect.poll(() => budget.take(1000)).toBe(true);
    budget.give(1000);

    const after = await rawConnection(port);
    after.write(`${head}${'x'.repeat(900)}`);
    await expect.poll(() => release).toBeDefined();
    after.destroy();
    await sleep(20);
    release?.();
    await expect.poll(() => budget.take(1000)).toBe(true);
    budget.give(1000);
    const next = post(port, '/validate/known', '{}');
    await sleep(20);
    release?.();
    expect((await next).status).toBe(200);
  });

  it('sends clients elsewhere while it stops', async () => {
    const port = await serve({ isDraining: () => true });
    for (const path of ['/validate/known', '/validate/unknown', '/']) {
      expect((await post(port, path, '{}')).headers.get('connection')).toBe('close');
    }
  });

  it('tells the observer of every request', async () => {
    const records: RequestRecord[] = [];
    const port = await serve({ observe: (record) => records.push(record) });
    await post(port, '/audit/known', '{}');
    await post(port, '/validate/unknown', '{}');
    await expect.poll(() => records.length).toBe(2);
    expect(records[0]).toMatchObject({
      method: 'POST',
      uri: '/audit/known',
      httpVersion: '1.1',
      status: 200,
      review: { endpoint: 'audit', policyId: 'known', outcome: { kind: 'answered' } },
    });
    expect(records[1]).toMatchObject({ status: 404 });
    expect(records[1]?.review).toBeUndefined();
  });
});

describe('closeServer', () => {
  it('lets requests in flight end, and refuses new connections', async () => {
    let release: (() => void) | undefined;
    const port = await serve({
      evaluate: (job) => new Promise((resolve) => (release = () => resolve(answered(job)))),
    });
    const inFlight = post(port, '/validate/known', '{"a":1}');
    await expect.poll(() => release).toBeDefined();
    const closed = closeServer(servers.pop()!, 5_000);
    await expect(post(port, '/validate/known', '{}')).rejects.toThrow('fetch failed');
    release?.();
    // The client keeps its connection alive, and must not keep the server waiting for it.
    expect(await (await inFlight).text()).toBe('{"a":1}');
    expect(await Promise.race([closed.then(() => 'closed'), sleep(2_000)])).toBe('closed');
  });

  it('cuts what is still busy after the grace', async () => {
    const port = await serve({ evaluate: () => new Promise(() => undefined) });
    const inFlight = post(port, '/validate/known', '{}').catch(() => 'cut');
    await sleep(50);
    await closeServer(servers.pop()!, 50);
    expect(await inFlight).toBe('cut');
  });
});
