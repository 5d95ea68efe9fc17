import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from './logging/logger.ts';
import { startProfiling } from './profiling.ts';

const log: string[] = [];
let server: Server;

beforeAll(async () => {
  const logger = createLogger(
    'info',
    ({ message }) => message,
    (line) => log.push(line),
  );
  const profiles = await startProfiling(logger);
  server = createServer(
    (request, response) => void profiles(new URL(request.url ?? '', 'http://x'), response),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterAll(() => {
  server.close();
});

const get = (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);

async function expectProfile(response: Response, filename: string): Promise<void> {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${filename}"`);
  expect(gunzipSync(await response.arrayBuffer()).byteLength).toBeGreaterThan(0);
}

describe('the profiles', () => {
  it('are those of CPU, one at a time, and heap', async () => {
    const cpu = get('/debug/pprof/cpu?interval=1&frequency=200');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await get('/debug/pprof/cpu?interval=1')).status).toBe(500);
    expect(log.join('')).toContain('pprof error: CPU profile already running');
    await expectProfile(await cpu, 'cpu_profile');
    await expectProfile(await get('/debug/pprof/heap'), 'heap_profile');
  });

  it.each([
    ['/debug/pprof/cpu?interval=soon', 400],
    ['/debug/pprof/cpu?frequency=0', 400],
    ['/debug/pprof/cpu?interval=86400', 400],
    ['/debug/pprof/other', 404],
  ])('answer %s by %i', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });
});
