/**
 * Measures what distribution costs: pulling a policy beside `skopeo copy` of the same, listing a store of 200 policies,
 * and verifying a policy that is in the store while its registry is away.
 *
 * Usage: npm run bench:distribution
 *
 * Needs Debian's `docker-registry` and `skopeo`. Machines are noisy: read the ratios.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRegistryClient,
  fetchPolicy,
  parseImageReference,
  parsePolicyLocation,
  pushPolicy,
} from '../packages/registry/dist/index.js';
import {
  createSignatureRecords,
  createVerifier,
  generateSigningKey,
  loadSigningKey,
  signImage,
  type VerificationConfig,
} from '../packages/signatures/dist/index.js';
import { findProgram } from '../tools/programs/program.ts';
import { startRegistry } from '../tools/registries/registry.ts';
import { root } from './fixtures.ts';
import { printFigures, type Figure } from './report.ts';

const megabyte = 1_000_000;
const folder = mkdtempSync(join(tmpdir(), 'kubewarden-bench-'));
const kwctl = [join(root, 'packages/kwctl/dist/main.js')];
const registry = await startRegistry();
const sources = { insecureSources: new Set([registry.host]), sourceAuthorities: new Map<string, string[]>() };
const figures: Figure[] = [];

/** A module that is valid and of that size: a custom section full of noise. */
function moduleOf(size: number): Buffer {
  const content = Buffer.concat([Buffer.from('\u0005noise'), randomBytes(size)]);
  const length = [21, 14, 7, 0].map((shift) => ((content.length >> shift) & 0x7f) | 0x80).toReversed();
  length[3]! &= 0x7f;
  return Buffer.concat([Buffer.from('0061736d0100000000', 'hex'), Buffer.from(length), content]);
}

interface Run {
  readonly milliseconds: number;
  readonly peakMegabytes: number;
}

/** Runs a program to its end. Its peak of memory is what Linux knows of it shortly before. */
function run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: 'ignore' });
    let peakMegabytes = 0;
    const timer = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        peakMegabytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024 || peakMegabytes;
      } catch {
        // It has just ended.
      }
    }, 5);
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(timer);
      if (code !== 0) reject(new Error(`${program} ${args.join(' ')} ended with ${code}`));
      else resolve({ milliseconds: performance.now() - started, peakMegabytes });
    });
  });
}

/** The run in the middle of five. */
async function medianRun(once: () => Promise<Run>): Promise<Run> {
  const runs: Run[] = [];
  for (let count = 0; count < 5; count += 1) runs.push(await once());
  return runs.toSorted((a, b) => a.milliseconds - b.milliseconds)[2]!;
}

async function measurePull(size: number): Promise<void> {
  const name = `${registry.host}/bench:${size}`;
  const client = createRegistryClient({ sources, proxies: {} });
  await pushPolicy(client, parseImageReference(name), { bytes: moduleOf(size * megabyte) });
  await client.close();
  const config = join(folder, 'config', 'kubewarden');
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'sources.yaml'), `insecure_sources: ['${registry.host}']\n`);
  const ours = await medianRun(async () => {
    rmSync(join(folder, 'cache'), { recursive: true, force: true });
    return run(process.execPath, [...kwctl, 'pull', name], {
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_CONFIG_HOME: join(folder, 'config'),
    });
  });
  const skopeo = await medianRun(async () => {
    rmSync(join(folder, 'copy'), { recursive: true, force: true });
    const target = `dir:${join(folder, 'copy')}`;
    return run(findProgram('skopeo'), ['copy', '--src-tls-verify=false', `docker://${name}`, target]);
  });
  figures.push(
    { name: `pull of ${size} MB, kwctl`, value: ours.milliseconds, unit: 'ms' },
    { name: `pull of ${size} MB, skopeo copy`, value: skopeo.milliseconds, unit: 'ms' },
    { name: `pull of ${size} MB, time`, value: ours.milliseconds / skopeo.milliseconds, unit: '× skopeo' },
    { name: `pull of ${size} MB, memory, kwctl`, value: ours.peakMegabytes, unit: 'MB' },
    {
      name: `pull of ${size} MB, memory`,
      value: ours.peakMegabytes / skopeo.peakMegabytes,
      unit: '× skopeo',
    },
  );
}

async function measureListing(): Promise<void> {
  const cache = join(folder, 'many');
  const store = join(cache, 'kubewarden/store/registry/registry.test');
  mkdirSync(store, { recursive: true });
  for (let index = 0; index < 200; index += 1) {
    writeFileSync(join(store, `policy-${index}:v1`), moduleOf(2 * megabyte));
  }
  const list = (): Promise<Run> => run(process.execPath, [...kwctl, 'policies'], { XDG_CACHE_HOME: cache });
  const first = await list();
  const again = await medianRun(list);
  figures.push(
    { name: 'kwctl policies, 200 of 2 MB, first time', value: first.milliseconds, unit: 'ms' },
    { name: 'kwctl policies, 200 of 2 MB', value: again.milliseconds, unit: 'ms', bar: 200 },
  );
  rmSync(cache, { recursive: true });
}

/** Inside of a process that has the modules loaded; the median of fifty. */
async function measureOfflineVerification(): Promise<void> {
  const store = join(folder, 'store');
  const { privateKeyFile, publicKeyPem } = await generateSigningKey('');
  const key = await loadSigningKey(privateKeyFile, { password: '' });
  const own = await startRegistry();
  const name = `${own.host}/signed:v1`;
  const image = parseImageReference(name);
  const client = createRegistryClient({
    sources: { ...sources, insecureSources: new Set([own.host]) },
    proxies: {},
    limits: { retryMilliseconds: 1 },
  });
  await pushPolicy(client, image, { bytes: moduleOf(5 * megabyte) });
  await signImage(client, image, { kind: 'key', key });
  const verifier = createVerifier({
    client,
    trustRoot: () => Promise.reject(new Error('a key needs no trust root')),
    records: createSignatureRecords(store),
  });
  const config: VerificationConfig = { allOf: [{ kind: 'pubKey', key: publicKeyPem }] };
  const { path } = await fetchPolicy(parsePolicyLocation(`registry://${name}`), {
    client,
    verified: await verifier.verify(image, config),
    destination: { kind: 'store', root: store },
  });
  await own.stop();
  const times: number[] = [];
  for (let count = 0; count < 50; count += 1) {
    const started = performance.now();
    const { evidence } = await verifier.verify(image, config, { storedAt: path });
    times.push(performance.now() - started);
    if (evidence !== 'stored') throw new Error('the registry is not away');
  }
  await client.close();
  const value = times.toSorted((a, b) => a - b)[25]!;
  figures.push({ name: 'verifying a stored policy of 5 MB, registry away', value, unit: 'ms', bar: 50 });
}

try {
  await measurePull(20);
  await measurePull(200);
  await measureListing();
  await measureOfflineVerification();
} finally {
  await registry.stop();
  rmSync(folder, { recursive: true, force: true });
}
printFigures(figures);
