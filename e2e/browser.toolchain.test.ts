/**
 * The evaluator in a browser: bundled without anything of Node, it gives the verdicts that it gives in Node.
 *
 * Needs Chromium: `CHROMIUM`, or /usr/bin/chromium as `apt-get install chromium` puts it there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReviewInPage } from './browser/page.ts';
import { evaluate, type Review } from './evaluation.ts';

/** Nobody listens there: every request is answered by the test. `localhost` makes it a secure context. */
const origin = 'http://localhost';
const guests = join(import.meta.dirname, '..', 'guests');
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!existsSync(executablePath)) {
    throw new Error(`${executablePath} is missing: apt-get install chromium, or set CHROMIUM`);
  }
  const script = await bundle();
  browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  page = await browser.newPage();
  await page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') {
      await route.fulfill({
        contentType: 'text/html',
        body: '<!doctype html><script src="/page.js"></script>',
      });
    } else if (pathname === '/page.js') {
      await route.fulfill({ contentType: 'text/javascript', body: script });
    } else {
      await route.fulfill({ contentType: 'application/wasm', path: join(guests, pathname) });
    }
  });
  await page.goto(origin);
});

afterAll(() => browser?.close());

/** One script for the page; an import of Node's modules does not resolve and fails the build. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'browser', 'page.ts')],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2024',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles.map(({ text }) => text).join('');
}

const rows: readonly (Omit<Review, 'body' | 'raw'> & {
  readonly module: string;
  readonly request: string;
  readonly verdict: object;
})[] = [
  {
    module: 'rust/pod-privileged.wasm',
    executionMode: 'kubewarden-wapc',
    settings: '{}',
    request: 'pod-privileged',
    verdict: { allowed: false, status: { message: 'Privileged container is not allowed' } },
  },
  {
    module: 'rust/raw-mutation.wasm',
    executionMode: 'kubewarden-wapc',
    settings: '{"forbiddenResources":["banana"],"defaultResource":"hay"}',
    request: 'raw-banana',
    verdict: { allowed: true, patch: btoa('[{"op":"replace","path":"/resource","value":"hay"}]') },
  },
  {
    module: 'c/host-network.wasm',
    executionMode: 'wasi',
    settings: '{}',
    request: 'pod-host-network',
    verdict: { allowed: false, status: { message: 'Pods must not use the network of their node' } },
  },
  {
    // waits for its host twice: suspended guests need promise integration
    module: 'wat/wasi/host-call.wasm',
    executionMode: 'wasi',
    settings: '{}',
    request: 'raw-hay',
    digest: 'sha256:00ff',
    verdict: { allowed: true },
  },
  {
    module: 'rego/gatekeeper.wasm',
    executionMode: 'gatekeeper',
    settings: '{}',
    request: 'pod-privileged',
    verdict: { allowed: false, status: { message: 'container nginx is privileged' } },
  },
  {
    module: 'rego/gatekeeper.wasm',
    executionMode: 'gatekeeper',
    settings: '{}',
    request: 'pod-plain',
    verdict: { allowed: true },
  },
];

it.each(rows)('reviews $request with $module as Node does', async ({ module, request, verdict, ...rest }) => {
  const body = readFileSync(join(guests, 'requests', `${request}.json`), 'utf8');
  const review: Review = { ...rest, body, raw: request.startsWith('raw-') };
  const inPage = await page.evaluate(
    ([url, given]) => (globalThis as unknown as { reviewInPage: ReviewInPage }).reviewInPage(url, given),
    [`${origin}/${module}`, review] as const,
  );
  expect(inPage).toMatchObject(verdict);
  expect(inPage).toEqual(await evaluate(readFileSync(join(guests, module)), review));
});
