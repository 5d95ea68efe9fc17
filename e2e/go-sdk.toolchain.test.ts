/**
 * The example of the Go SDK, built for waPC, for WASI, and for waPC hosts that know `_start` only. All three must say
 * the same.
 */
import { exportNames } from '@kubewarden/policy';
import {
  admissionRequest,
  checkCase,
  checkSettingsCase,
  testPolicy,
  type PolicyCase,
  type SettingsCase,
} from '@kubewarden/policy-sdk/testing';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { buildGo, runGo } from './go-toolchain.ts';

const sdk = join(import.meta.dirname, '../sdks/go');
const out = mkdtempSync(join(tmpdir(), 'go-sdk-'));
const wapc = join(out, 'wapc.wasm');
const wasi = join(out, 'wasi.wasm');
const start = join(out, 'start.wasm');
const tinygo = join(out, 'tinygo.wasm');

beforeAll(() => {
  const folder = './examples/image-digests';
  buildGo(sdk, wasi, 'wasi', folder);
  buildGo(sdk, wapc, 'wapc', folder);
  buildGo(sdk, start, 'wapc', folder);
  runGo(sdk, ['run', './cmd/wapc-start', start]);
  buildGo(join(sdk, 'wapc-guest-tinygo'), tinygo, 'wapc', './examples/names');
});
afterAll(() => rmSync(out, { recursive: true }));

const pod = (image: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { containers: [{ name: 'web', image, newerThanTheSdk: 9007199254740991 }] },
});
const creation = (image: string): PolicyCase['request'] => admissionRequest({ object: pod(image) });
const host = {
  'kubernetes/get_resource': { apiVersion: 'v1', kind: 'Namespace', metadata: { labels: {} } },
  'oci/v1/manifest_digest': { digest: 'sha256:1' },
} as const;

const cases: PolicyCase[] = [
  {
    name: 'an image with a tag is pinned',
    request: creation('nginx:1'),
    host,
    expected: {
      accepted: true,
      mutatedObject: pod('nginx:1@sha256:1'),
      warnings: ['pinned nginx:1'],
      auditAnnotations: { pinned: 'nginx:1' },
    },
  },
  {
    name: 'an image with a digest is left alone',
    request: creation('nginx@sha256:1'),
    host,
    expected: { accepted: true },
  },
  {
    name: 'an image that is ignored',
    request: creation('local/nginx'),
    settings: { ignored: ['local/'] },
    host,
    expected: { accepted: true },
  },
  {
    name: 'the host knows no digest',
    request: creation('nginx'),
    host: { 'kubernetes/get_resource': host['kubernetes/get_resource'] },
    expected: {
      accepted: false,
      code: 403,
      message: /^cannot pin nginx: .*no answer for oci\/v1\/manifest_digest/,
    },
  },
  {
    name: 'an object that is no workload',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Service' } }),
    expected: { accepted: false, code: 400, message: /^object should be one of these kinds: / },
  },
];

const settings: SettingsCase[] = [
  { name: 'none', settings: {}, valid: true },
  { name: 'prefixes', settings: { ignored: ['local/'] }, valid: true },
  {
    name: 'a prefix of everything',
    settings: { ignored: [''] },
    valid: false,
    message: 'ignored must not have an empty prefix: it would ignore all images',
  },
  { name: 'no list', settings: { ignored: 1 }, valid: false, message: /^cannot decode the settings: / },
];

describe.each([
  ['waPC', wapc],
  ['WASI', wasi],
  ['waPC with _start', start],
])('%s', (_, module) => {
  test.each(cases)('$name', (tested) => checkCase(module, tested));
  test.each(settings)('settings: $name', (tested) => checkSettingsCase(module, tested));

  it('logs to the host', async () => {
    const { logs } = await testPolicy(module, { request: creation('nginx'), host });
    expect(logs).toEqual([
      { level: 'info', message: 'pinned', fields: { image: 'nginx', digest: 'sha256:1' } },
    ]);
  });

  it('tells what it cannot decode', async () => {
    const failing = testPolicy(module, { request: creation('nginx'), settings: { ignored: 7 } });
    const text = /cannot decode the settings: json: cannot unmarshal number/;
    if (module === wasi)
      expect(await failing).toMatchObject({ code: 500, message: expect.stringMatching(text) as string });
    else await expect(failing).rejects.toThrow(text);
  });
});

function exported(path: string): string[] {
  return exportNames(readFileSync(path)).toSorted();
}

it('starts as the host wants it', () => {
  expect(exported(wapc)).toEqual(['__guest_call', '_initialize', 'memory']);
  expect(exported(start)).toEqual(['__guest_call', '_start', 'memory']);
});

describe('a policy that was written for TinyGo', () => {
  const request = admissionRequest({ object: pod('nginx') });

  it('registers what it answers in main, and asks its host', async () => {
    await checkSettingsCase(tinygo, { name: 'any', settings: {}, valid: true });
    expect(await testPolicy(tinygo, { request, host })).toMatchObject({
      accepted: false,
      message: 'heard {"digest":"sha256:1"}',
    });
  });

  it('hears why its host refuses', async () => {
    const { message } = await testPolicy(tinygo, { request });
    expect(message).toMatch(/^heard Host error: .*no answer for oci\/v1\/manifest_digest/);
  });

  it('tells where it panicked', async () => {
    await expect(
      testPolicy(tinygo, { request: admissionRequest({ object: { kind: 'Pod' } }) }),
    ).rejects.toThrow(/panic at .*names\/main\.go:\d+: an object without a name/);
  });
});
