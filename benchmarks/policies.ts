/**
 * The table of the policy library: for each policy its language, the size of its module, how many cases of its own
 * table the module passes, and what an evaluation costs. A cost is the median over all cases, in a clean sandbox each,
 * with writing the request and reading the verdict.
 *
 * Usage: npm run bench:policies
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { compilePolicy } from '../packages/policy-compiler/dist/index.js';
import { checkCase, testPolicy } from '../packages/policy-sdk/dist/testing/index.js';
import type { PolicyTables } from '../policies/testing/tables.ts';
import { root } from './fixtures.ts';

const rounds = 20;

/** By the file that the source of a policy begins with. */
const languages = { 'policy.ts': 'TypeScript', 'policy.rego': 'Rego', 'Cargo.toml': 'Rust' } as const;

async function moduleOf(source: string): Promise<Uint8Array> {
  if (source.endsWith('.ts')) return (await compilePolicy({ entry: source, abi: 'wapc' })).wasm;
  return readFileSync(join(dirname(source), 'policy.wasm'));
}

/** Median of the microseconds that an evaluation takes, over all cases; the first round does not count. */
async function costOf(module: Uint8Array, { cases }: PolicyTables): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const tested of cases) {
      const started = performance.now();
      await testPolicy(module, tested);
      if (round > 0) times.push((performance.now() - started) * 1000);
    }
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

async function passedBy(module: Uint8Array, { cases }: PolicyTables): Promise<number> {
  let passed = 0;
  for (const tested of cases) {
    await checkCase(module, tested).then(
      () => (passed += 1),
      (error: unknown) => console.error(`${tested.name}: ${(error as Error).message}`),
    );
  }
  return passed;
}

console.log(
  '| Policy | Language | Module, kB (gzip) | Cases passed | µs per evaluation |\n|---|---|---|---|---|',
);
for (const source of globSync(`policies/*/{${Object.keys(languages).join()}}`, { cwd: root }).toSorted()) {
  const path = join(root, source);
  const module = await moduleOf(path);
  const { default: tables } = (await import(join(dirname(path), 'cases.ts'))) as { default: PolicyTables };
  const sizes = `${(module.length / 1000).toFixed(0)} (${(gzipSync(module).length / 1000).toFixed(0)})`;
  const passed = `${await passedBy(module, tables)} of ${tables.cases.length}`;
  const language = languages[basename(source) as keyof typeof languages];
  const cost = (await costOf(module, tables)).toFixed(0);
  console.log(`| ${basename(dirname(source))} | ${language} | ${sizes} | ${passed} | ${cost} |`);
}
