import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { startTinyproxy } from '../proxies/tinyproxy.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { startReferrersRegistry, startRegistry } from './registry.ts';

interface Running {
  stop(): Promise<void>;
}
const running: Running[] = [];

function keep<T extends Running>(started: T): T {
  running.push(started);
  return started;
}

afterEach(async () => {
  for (const started of running.splice(0).toReversed()) await started.stop();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

function get(url: string, headers: Record<string, string> = {}, authority = ''): Promise<Answer> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    send(url, { headers, agent: false, ...(authority && { ca: authority }) }, (response) => {
      let body = '';
      response.on('data', (piece: Buffer) => (body += piece.toString()));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

const basic = ({ username, password }: { username: string; password: string }) => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
});

describe('the registries of the tests', () => {
  it('serve anyone', async () => {
    const registry = keep(await startRegistry());
    expect((await get(`${registry.url}/v2/`)).status).toBe(200);
  });

  it('serve with TLS whoever has a password', async () => {
    const registry = keep(await startRegistry({ tls: true, auth: 'htpasswd' }));
    const { authority, credentials } = registry;
    expect((await get(`${registry.url}/v2/`, {}, authority)).status).toBe(401);
    expect((await get(`${registry.url}/v2/`, basic(credentials), authority)).status).toBe(200);
    await expect(get(`${registry.url}/v2/`)).rejects.toThrow('unable to verify');
  });

  it('serve with TLS whoever has a token', async () => {
    const registry = keep(await startRegistry({ tls: true, auth: 'token', anonymousPull: true }));
    const { authority, credentials, tokenServer } = registry;
    const challenge = await get(`${registry.url}/v2/`, {}, authority);
    expect(challenge.headers['www-authenticate']).toContain(`realm="${tokenServer!.realm}"`);
    const url = `${tokenServer!.realm}?service=test-registry&scope=repository:p:pull`;
    const answer = await get(url, basic(credentials), authority);
    const { token } = JSON.parse(answer.body) as { token: string };
    const authorization = `Bearer ${token}`;
    expect((await get(`${registry.url}/v2/`, { authorization }, authority)).status).toBe(200);
    expect((await get(url, { authorization: 'Basic eDp5' }, authority)).status).toBe(401);
  });

  it('have the referrers API', async () => {
    const registry = keep(await startReferrersRegistry());
    await fetch(`${registry.url}/v2/p/manifests/v1`, { method: 'PUT', body: '{}' });
    const answer = await get(`${registry.url}/v2/p/referrers/sha256:${'0'.repeat(64)}`);
    expect(answer.body).toContain('application/vnd.oci.image.index.v1+json');
  });

  it('are spoiled by the fault proxy as a test says', async () => {
    const registry = keep(await startRegistry());
    const proxy = keep(await startFaultProxy(registry));
    proxy.inject(({ url }) => (url.includes('reset') ? { kind: 'reset' } : undefined));
    expect((await get(`${proxy.url}/v2/`)).body).toBe('{}');
    await expect(get(`${proxy.url}/v2/reset`)).rejects.toThrow('ECONNRESET');
    proxy.inject(() => ({ kind: 'truncate', afterBytes: 1 }));
    await expect(get(`${proxy.url}/v2/`)).rejects.toThrow('aborted');
    proxy.inject(() => ({ kind: 'corrupt' }));
    expect((await get(`${proxy.url}/v2/`)).body).not.toBe('{}');
    proxy.inject(() => ({ kind: 'answer', status: 429, headers: { 'retry-after': '1' } }));
    expect((await get(`${proxy.url}/v2/`)).status).toBe(429);
    proxy.inject(() => ({ kind: 'headers', headers: { 'Content-Type': undefined, 'x-more': '1' } }));
    const { headers } = await get(`${proxy.url}/v2/`);
    expect(headers).toMatchObject({ 'x-more': '1' });
    expect(headers).not.toHaveProperty('content-type');
    proxy.inject(() => ({ kind: 'drip', bytes: 1, everyMilliseconds: 1 }));
    expect((await get(`${proxy.url}/v2/`)).body).toBe('{}');
    expect(proxy.requests).toHaveLength(7);
    proxy.reset();
    expect(proxy.requests).toEqual([]);
  });

  it('are reached through a proxy that logs what it passed on', async () => {
    const registry = keep(await startRegistry());
    const proxy = keep(await startTinyproxy());
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      httpRequest(proxy.url, { path: `${registry.url}/v2/`, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(answer).toBe(200);
    expect(proxy.log()).toContain(`GET ${registry.url}/v2/`);
  });
});
