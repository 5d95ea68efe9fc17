/** The cases of the policy in Go, run by the module that is built of it, in both ABIs. */
import { checkCase, checkSettingsCase, PolicyFailure, testPolicy } from '@kubewarden/policy-sdk/testing';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { annotationKeys, decodeMetadata, validateMetadata } from '@kubewarden/policy';
import { parse } from 'yaml';
import tables from '../policies/cel-policy/cases.ts';
import { buildGo } from './go-toolchain.ts';

const policy = join(import.meta.dirname, '../policies/cel-policy');
const out = mkdtempSync(join(tmpdir(), 'cel-policy-'));
const wapc = join(out, 'wapc.wasm');
const wasi = join(out, 'wasi.wasm');
const maximumMegabytes = 24;

beforeAll(() => {
  buildGo(policy, wapc, 'wapc');
  buildGo(policy, wasi, 'wasi');
}, 300_000);
afterAll(() => rmSync(out, { recursive: true }));

describe.each([
  ['waPC', wapc],
  ['WASI', wasi],
])('%s', (_, module) => {
  test.each(tables.cases)('$name', (tested) => checkCase(module, tested));
  test.each(tables.settings)('settings: $name', (tested) => checkSettingsCase(module, tested));

  it('is not larger than it was', () => {
    expect(statSync(module).size / 1e6).toBeLessThan(maximumMegabytes);
  });
});

it('fails when an expression does', async () => {
  const { request } = tables.cases[0]!;
  const settings = { validations: [{ expression: 'object.nope == 1' }] };
  const message = 'failed to evaluate expression: no such key: nope';
  await expect(testPolicy(wapc, { request, settings })).rejects.toThrow(PolicyFailure);
  await expect(testPolicy(wapc, { request, settings })).rejects.toThrow(message);
  expect(await testPolicy(wasi, { request, settings })).toMatchObject({
    accepted: false,
    code: 500,
    message,
  });
});

it('has metadata that can be annotated', () => {
  const text = readFileSync(join(policy, 'metadata.yml'), 'utf8');
  const metadata = decodeMetadata(new TextEncoder().encode(JSON.stringify(parse(text))));
  expect(validateMetadata(metadata)).toEqual([]);
  expect(metadata.annotations?.[annotationKeys.title]).toBe('cel-policy');
});
