/**
 * Measures what users feel of policy-server and kwctl: CPU per review and ABI, latency at a fixed rate,
 * throughput, start-up and memory; and what the compiler makes of a policy in TypeScript.
 *
 * Usage: npm run bench -- [--seconds N] [--output FILE] [--compare FILE]
 *
 * Needs `wrk` and `h2load` (Debian: wrk, nghttp2-client). Machines are noisy: compare ratios of runs on one
 * machine, not absolute figures.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { measureCompiler } from './compiler.ts';
import { guestPolicy, policiesByAbi, realisticReview, root } from './fixtures.ts';
import { requireLoadGenerators, saturate, steady } from './load.ts';
import { printFigures, type Figure } from './report.ts';
import { residentMegabytes, startServer } from '../tools/policy-server/process.ts';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    output: { type: 'string' },
    compare: { type: 'string' },
  },
});
const seconds = Number(flags.seconds);
const figures: Figure[] = [];
const add = (name: string, value: number, unit: string, bar?: number): void => {
  figures.push({ name, value, unit, ...(bar === undefined ? {} : { bar }) });
  console.error(`${name}: ${value.toFixed(2)} ${unit}`);
};

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .replace(/-$/, '');

/** CPU per review and latency of each ABI, the server saturated with 16 keep-alive connections. */
async function measureAbis(): Promise<void> {
  const bars: Readonly<Record<string, number>> = {
    'gatekeeper (Rego)': 80,
    'waPC (Rust)': 150,
    'waPC (TypeScript)': 200,
  };
  const policies = Object.fromEntries(
    Object.entries(policiesByAbi).map(([name, policy]) => [slug(name), policy]),
  );
  const server = await startServer(policies);
  try {
    for (const name of Object.keys(policiesByAbi)) {
      const result = await saturate(server, `/validate/${slug(name)}`, realisticReview, seconds);
      add(`CPU per review, ${name}`, result.cpuMicroseconds, 'µs', bars[name]);
      add(`throughput, ${name}`, result.reviewsPerSecond, '1/s');
      add(`p50 saturated, ${name}`, result.p50Milliseconds, 'ms');
      add(`p99 saturated, ${name}`, result.p99Milliseconds, 'ms');
    }
  } finally {
    await server.stop();
  }
}

/** Sixteen policies: start-up, memory, and latency at a rate that leaves the machine air. */
async function measureServer(): Promise<void> {
  const small = [guestPolicy('rego/pod-privileged.wasm'), guestPolicy('rust/pod-privileged.wasm')];
  const some = (count: number): Record<string, unknown> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`policy-${index}`, small[index % small.length]!]),
    );

  const twenty = await startServer(some(20));
  add('start to ready, 20 policies', twenty.readyMilliseconds / 1000, 's', 2);
  await twenty.stop();

  const thirteen = await startServer(some(13));
  await sleep(2000);
  add('memory, 13 policies idle', residentMegabytes(thirteen.pid), 'MB', 180);
  await thirteen.stop();

  const sixteen = await startServer(some(16));
  try {
    const paths = Array.from({ length: 16 }, (_, index) => `/validate/policy-${index}`);
    await steady(sixteen, paths, realisticReview, 2000, 3);
    const result = await steady(sixteen, paths, realisticReview, 2000, Math.max(5, seconds));
    add('p50 at 2,000 reviews/s, 16 policies', result.p50Milliseconds, 'ms');
    add('p99 at 2,000 reviews/s, 16 policies', result.p99Milliseconds, 'ms', 5);
    add('memory after load, 16 policies', residentMegabytes(sixteen.pid), 'MB');
  } finally {
    await sixteen.stop();
  }
}

/** Wall time of a whole `kwctl run`. */
function measureKwctl(): void {
  const review = join(root, 'guests/requests/pod-realistic.json');
  for (const file of [
    'rego/pod-privileged.wasm',
    'rust/pod-privileged.wasm',
    'assemblyscript/pod-privileged.wasm',
  ]) {
    const times = Array.from({ length: 9 }, () => {
      const started = performance.now();
      execFileSync(process.execPath, [
        join(root, 'packages/kwctl/dist/main.js'), 'run', '--request-path', review, join(root, 'guests', file),
      ], { stdio: 'ignore' }); // prettier-ignore
      return performance.now() - started;
    });
    add(`kwctl run, ${file}`, times.toSorted((a, b) => a - b)[4]!, 'ms', 250);
  }
}

requireLoadGenerators();
await measureAbis();
await measureServer();
measureKwctl();
for (const { name, value, unit, bar } of await measureCompiler()) add(name, value, unit, bar);

const earlier =
  flags.compare === undefined
    ? undefined
    : (JSON.parse(readFileSync(flags.compare, 'utf8')) as { figures: Figure[] });
printFigures(figures, earlier?.figures);
const output =
  flags.output ?? join(root, 'benchmarks/results', `${new Date().toISOString().replaceAll(':', '-')}.json`);
mkdirSync(dirname(output), { recursive: true });
const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown' };
writeFileSync(output, JSON.stringify({ date: new Date().toISOString(), machine, figures }, null, 2));
console.log(`\nwritten to ${output}`);
