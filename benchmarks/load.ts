import { execFileSync, execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cpuSeconds, type ServerProcess } from '../tools/policy-server/process.ts';

export interface LoadResult {
  readonly reviews: number;
  readonly reviewsPerSecond: number;
  /** CPU time of the whole server process per review, in µs. */
  readonly cpuMicroseconds: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

/** Fails early, saying what to install. */
export function requireLoadGenerators(): void {
  for (const [command, packageName] of [
    ['wrk', 'wrk'],
    ['h2load', 'nghttp2-client'],
  ] as const) {
    try {
      execFileSync('which', [command], { stdio: 'ignore' });
    } catch (cause) {
      throw new Error(`${command} is missing: apt-get install ${packageName}`, { cause });
    }
  }
}

const milliseconds: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3, m: 6e4 };

/** Posts `body` over keep-alive connections as fast as the server answers (closed loop, wrk). */
export async function saturate(
  server: ServerProcess,
  path: string,
  body: string,
  seconds: number,
): Promise<LoadResult> {
  const script = join(mkdtempSync(join(tmpdir(), 'kubewarden-load-')), 'post.lua');
  writeFileSync(
    script,
    `wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = [==[${body}]==]\n`,
  );
  const run = (duration: number) =>
    promisify(execFile)('wrk', [
      '-t1',
      '-c16',
      `-d${duration}s`,
      '--latency',
      '-s',
      script,
      server.url + path,
    ]);
  await run(2);
  const before = cpuSeconds(server.pid);
  const { stdout } = await run(seconds);
  const cpu = cpuSeconds(server.pid) - before;
  if (/Non-2xx|Socket errors/.test(stdout))
    throw new Error(`${path}: not every review was answered\n${stdout}`);
  const reviews = Number(/(\d+) requests in/.exec(stdout)![1]);
  const percentile = (name: string): number => {
    const [, value, unit] = new RegExp(`${name}%\\s+([\\d.]+)(us|ms|s|m)`).exec(stdout)!;
    return Number(value) * milliseconds[unit!]!;
  };
  return {
    reviews,
    reviewsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)![1]),
    cpuMicroseconds: (cpu * 1e6) / reviews,
    p50Milliseconds: percentile('50'),
    p99Milliseconds: percentile('99'),
  };
}

/** Posts at a fixed rate (open loop, h2load over HTTP/1.1), spread over the given paths. */
export async function steady(
  server: ServerProcess,
  paths: readonly string[],
  body: string,
  rate: number,
  seconds: number,
): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), 'kubewarden-load-'));
  writeFileSync(join(folder, 'body.json'), body);
  writeFileSync(join(folder, 'urls'), paths.map((path) => server.url + path).join('\n'));
  const connections = 16;
  const total = rate * seconds;
  const before = cpuSeconds(server.pid);
  await promisify(execFile)('h2load', [
    '--h1', `-c${connections}`, `-n${total}`, `--rps=${rate / connections}`, '-t1', '-r2', '--rate-period=1ms', '-d', join(folder, 'body.json'),
    '-H', 'content-type: application/json', '-i', join(folder, 'urls'), `--log-file=${join(folder, 'log')}`,
  ]); // prettier-ignore
  const cpu = cpuSeconds(server.pid) - before;
  const rows = readFileSync(join(folder, 'log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t').map(Number));
  const failed = rows.filter(([, status]) => status !== 200).length;
  if (failed > 0) throw new Error(`${failed} of ${rows.length} reviews were not answered with 200`);
  const durations = rows.map(([, , microseconds]) => microseconds!).toSorted((a, b) => a - b);
  const at = (share: number): number =>
    durations[Math.min(durations.length - 1, Math.floor(durations.length * share))]! / 1e3;
  const first = Math.min(...rows.map(([start]) => start!));
  const last = Math.max(...rows.map(([start]) => start!));
  return {
    reviews: rows.length,
    reviewsPerSecond: rows.length / ((last - first) / 1e6),
    cpuMicroseconds: (cpu * 1e6) / rows.length,
    p50Milliseconds: at(0.5),
    p99Milliseconds: at(0.99),
  };
}
