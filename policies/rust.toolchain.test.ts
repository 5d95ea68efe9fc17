import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { checkCase, checkSettingsCase, PolicyFailure, testPolicy } from '@kubewarden/policy-sdk/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../tools/programs/program.ts';
import type { PolicyTables } from './testing/tables.ts';

const run = promisify(execFile);
const folder = import.meta.dirname;
const minute = 60_000;

const library = await Promise.all(
  globSync('*/Cargo.toml', { cwd: folder }).map(async (path) => {
    const name = dirname(path);
    const { default: tables } = (await import(join(folder, name, 'cases.ts'))) as { default: PolicyTables };
    return { name, tables };
  }),
);

describe.each(library)('$name', ({ name, tables }) => {
  const out = mkdtempSync(join(tmpdir(), 'policies-'));
  const module = join(out, name, 'policy.wasm');

  beforeAll(async () => {
    findProgram('wasm-ld-19');
    await run(join(folder, 'build-rust.sh'), [out]);
    console.info(`${name}: ${statSync(module).size} bytes`);
  }, 10 * minute);

  afterAll(() => rmSync(out, { recursive: true }));

  test('passes its unit tests', { timeout: 10 * minute }, async () => {
    const cargo = process.env['CARGO'] ?? '/usr/bin/cargo';
    const environment = { ...process.env, RUSTC: process.env['RUSTC'] ?? '/usr/bin/rustc' };
    const { stdout } = await run(cargo, ['test', '--locked'], { cwd: join(folder, name), env: environment });
    expect(stdout).toMatch(/test result: ok\. [1-9]\d* passed; 0 failed/);
  });

  test.each(tables.cases)('$name', (tested) => checkCase(module, tested));

  test.each(tables.settings)('settings: $name', (tested) => checkSettingsCase(module, tested));

  test('fails on what is no request, so that nothing is accepted', async () => {
    await expect(testPolicy(module, { request: {} })).rejects.toThrow(PolicyFailure);
  });
});
