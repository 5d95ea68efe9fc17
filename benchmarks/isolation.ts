/**
 * Measures what isolation between reviews costs: a fresh instance each time, a reset, and a reset without
 * virtual growth; for small guests of its own and for the real guests of this repository, with a review of 5 kB.
 *
 * Usage: node benchmarks/isolation.ts [--runs N] [--output FILE]
 *
 * Prints the median of several runs in µs of CPU time (all threads of the process, so that garbage collection
 * counts), and its ratio to a reset.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  compilePolicyModule,
  createHostGate,
  createPolicyRuntime,
  parseHostCapabilities,
  type EvaluationContext,
  type PolicyModule,
  type SandboxPlan,
} from '@kubewarden/evaluator';
import { decodeAdmissionReview, type ExecutionMode } from '@kubewarden/policy';
import loadWabt from 'wabt';
import { promisingExport, suspendingImport } from '../packages/evaluator/src/runtime/promise-integration.ts';
import { Sandboxes, type Guest } from '../packages/evaluator/src/sandbox/sandboxes.ts';
import { realisticReview, root } from './fixtures.ts';

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    output: { type: 'string', default: join(root, 'benchmarks/results/isolation.json') },
  },
});

type Strategy = 'fresh' | 'reset' | 'reset, growing';

/** Costs of one guest in µs of CPU time per review. */
interface Costs {
  readonly guest: string;
  readonly costs: Partial<Record<Strategy, number>>;
}

async function median(iterations: number, review: () => Promise<unknown>): Promise<number> {
  for (let iteration = 0; iteration < iterations / 2; iteration++) await review();
  const runs: number[] = [];
  for (let run = 0; run < Number(flags.runs); run++) {
    const before = process.cpuUsage();
    for (let iteration = 0; iteration < iterations; iteration++) await review();
    const { user, system } = process.cpuUsage(before);
    runs.push((user + system) / iterations);
  }
  return runs.toSorted((a, b) => a - b)[Math.floor(runs.length / 2)]!;
}

const fresh = (plan: SandboxPlan): SandboxPlan => ({ ...plan, strategy: 'fresh' });

const wabt = await loadWabt();

/** A guest whose `run` fills 16 kB at the top of its stack, after adding `pages` to a memory of `initial` pages. */
function syntheticGuest(initial: number, pages: number): Uint8Array {
  const grow = `(drop (memory.grow (i32.const ${pages})))
    (memory.fill (i32.const ${initial * 65_536}) (i32.const 1) (i32.const ${pages * 65_536}))`;
  const text = `(module (memory (export "memory") ${initial}) (global (export "g") (mut i32) (i32.const 0))
    (data (i32.const 1024) "${'policy'.repeat(500)}")
    (func (export "run") ${pages > 0 ? grow : ''} (global.set 0 (i32.const 1))
      (memory.fill (i32.const ${Math.max(0, initial - 1) * 65_536 + 8192}) (i32.const 1) (i32.const 16384))))`;
  return wabt.parseWat('guest.wat', text).toBinary({}).buffer;
}

async function measureSynthetic(
  name: string,
  initial: number,
  pages: number,
  iterations: number,
): Promise<Costs> {
  const bytes = syntheticGuest(initial, pages);
  const { wasm, sandbox } = await compilePolicyModule(bytes, { executionMode: 'kubewarden-wapc' });
  const uninstrumented = await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
  const measure = (module: WebAssembly.Module, plan: SandboxPlan): Promise<number> => {
    const sandboxes = new Sandboxes(plan, async () => {
      const instance = await WebAssembly.instantiate(module);
      const { memory, run } = instance.exports as { memory: WebAssembly.Memory; run: () => void };
      return { instance, memory, run } satisfies Guest & { run: () => void };
    });
    return median(iterations, async () => {
      const guest = await sandboxes.acquire();
      guest.run();
      sandboxes.release(guest);
    });
  };
  const costs: Costs['costs'] = {
    reset: await measure(wasm, sandbox),
    fresh: await measure(wasm, fresh(sandbox)),
    ...(pages === 0
      ? {}
      : { 'reset, growing': await measure(uninstrumented, { ...sandbox, globals: ['g'] }) }),
  };
  return { guest: name, costs };
}

const review = decodeAdmissionReview(new TextEncoder().encode(realisticReview));
const context: EvaluationContext = {
  policyId: 'benchmark',
  settings: new TextEncoder().encode('{}'),
  gate: createHostGate(
    { policyId: 'benchmark', hostCapabilities: parseHostCapabilities(['*']), contextAwareResources: [] },
    () => new TextEncoder().encode('{}'),
    () => {},
  ),
};

async function measurePolicy(
  name: string,
  file: string,
  mode: ExecutionMode,
  iterations: number,
): Promise<Costs> {
  const bytes = readFileSync(join(root, 'guests', file));
  const module = await compilePolicyModule(bytes, { executionMode: mode });
  const once = { ...module, sandbox: fresh(module.sandbox) };
  const costs: Costs['costs'] = {
    reset: await median(iterations, await reviewWith(module)),
    fresh: await median(Math.ceil(iterations / 4), await reviewWith(once)),
  };
  return { guest: name, costs };
}

async function reviewWith(policy: PolicyModule): Promise<() => Promise<unknown>> {
  const runtime = await createPolicyRuntime(policy);
  return () => runtime.validate({ kind: 'kubernetes', request: review }, context);
}

/** Suspends many guests of 17 pages at once, each in an instance of its own, then lets them go on. */
async function measureSuspension(count: number): Promise<void> {
  const text = `(module (import "wapc" "__host_error_len" (func $wait (result i32))) (memory (export "memory") 17)
    (func (export "run") (result i32)
      (memory.fill (i32.const 1000000) (i32.const 1) (i32.const 16384)) (call $wait)))`;
  const { wasm } = await compilePolicyModule(wabt.parseWat('guest.wat', text).toBinary({}).buffer, {
    executionMode: 'kubewarden-wapc',
  });
  const waiting: ((answer: number) => void)[] = [];
  const wait = suspendingImport(() => new Promise<number>((resolve) => waiting.push(resolve)));
  const before = process.memoryUsage.rss();
  const started = performance.now();
  const running = Array.from({ length: count }, () => {
    const { run } = new WebAssembly.Instance(wasm, { wapc: { __host_error_len: wait } }).exports;
    return promisingExport(run!)();
  });
  const suspended = performance.now();
  const kilobytes = (process.memoryUsage.rss() - before) / 1024 / count;
  for (const resume of waiting.toReversed()) resume(0);
  await Promise.all(running);
  const resumed = performance.now();
  const each = (milliseconds: number): string => `${((milliseconds / count) * 1000).toFixed(0)} µs`;
  console.log(
    `${count} guests suspended at once: ${each(suspended - started)} to start, ${each(resumed - suspended)} to resume, ${kilobytes.toFixed(0)} kB each`,
  );
}

const results: Costs[] = [
  await measureSynthetic('1 page', 1, 0, 4000),
  await measureSynthetic('17 pages (1.1 MB)', 17, 0, 2000),
  await measureSynthetic('17 pages, adds 16 pages each time', 17, 16, 200),
  await measurePolicy('waPC, Rust, std only', 'rust/pod-privileged.wasm', 'kubewarden-wapc', 1000),
  await measurePolicy('waPC, Rust, SDK', 'rust/raw-mutation.wasm', 'kubewarden-wapc', 1000),
  await measurePolicy('waPC, AssemblyScript', 'assemblyscript/pod-privileged.wasm', 'kubewarden-wapc', 1000),
  await measurePolicy('waPC, C', 'c/pinned-images.wasm', 'kubewarden-wapc', 1000),
  await measurePolicy('Rego, Gatekeeper', 'rego/gatekeeper.wasm', 'gatekeeper', 1000),
  await measurePolicy('waPC, Go reactor', 'go/pod-privileged.wasm', 'kubewarden-wapc', 60),
];

const strategies: readonly Strategy[] = ['reset', 'fresh', 'reset, growing'];
const format = ({ costs }: Costs, strategy: Strategy): string => {
  const cost = costs[strategy];
  if (cost === undefined) return '';
  return `${cost.toFixed(1)} µs${strategy === 'reset' ? '' : ` (× ${(cost / costs.reset!).toFixed(1)})`}`;
};
console.log(`| guest | ${strategies.join(' | ')} |\n| --- | --- | --- | --- |`);
for (const result of results) {
  console.log(`| ${result.guest} | ${strategies.map((strategy) => format(result, strategy)).join(' | ')} |`);
}
await measureSuspension(500);
mkdirSync(dirname(flags.output), { recursive: true });
writeFileSync(flags.output, `${JSON.stringify({ unit: 'µs CPU per review', results }, undefined, 2)}\n`);
