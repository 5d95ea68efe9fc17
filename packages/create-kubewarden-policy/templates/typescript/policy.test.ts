import { compilePolicy } from '@kubewarden/policy-compiler';
import {
  admissionRequest,
  checkCase,
  checkSettingsCase,
  requestFromFile,
  type PolicyCase,
  type SettingsCase,
} from '@kubewarden/policy-sdk/testing';
import { describe, test } from 'node:test';
import policy from './policy.ts';

const settings = { registries: ['registry.example.com', 'ghcr.io/acme'] };

/** The creation of a Pod whose containers have these images. */
const podWith = (...images: string[]) =>
  admissionRequest({
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: images.map((image, index) => ({ name: `container-${index}`, image })) },
    },
  });

const cases: PolicyCase[] = [
  {
    name: 'images of trusted registries',
    request: podWith('registry.example.com/shop/web:1', 'ghcr.io/acme/proxy'),
    settings,
    expected: { accepted: true },
  },
  {
    name: 'an image of another registry',
    request: podWith('registry.example.com/shop/web:1', 'nginx'),
    settings,
    expected: {
      accepted: false,
      message: 'these containers have images of untrusted registries: container-1 (nginx)',
    },
  },
  {
    name: 'a registry whose name only begins like a trusted one',
    request: podWith('registry.example.com.evil.test/web'),
    settings,
    expected: { accepted: false },
  },
  {
    name: 'an init container of a Deployment',
    request: admissionRequest({
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: {
          template: {
            spec: { initContainers: [{ name: 'init', image: 'busybox' }], containers: [] },
          },
        },
      },
    }),
    settings,
    expected: { accepted: false, message: /init \(busybox\)$/ },
  },
  {
    name: 'a request that was recorded in a file',
    request: requestFromFile('test_data/pod-trusted.json'),
    settings,
    expected: { accepted: true },
  },
];

const settingsCases: SettingsCase[] = [
  { name: 'registries', settings, valid: true },
  {
    name: 'no registries',
    settings: { registries: [] },
    valid: false,
    message: 'registries: name at least one registry',
  },
  { name: 'nothing', settings: {}, valid: false },
];

// The same cases, against the policy as it is written and against the module that a policy server runs.
const { wasm } = await compilePolicy({ entry: 'policy.ts', abi: 'wapc' });

for (const [form, tested] of [
  ['source', policy],
  ['module', wasm],
] as const) {
  describe(form, () => {
    for (const one of cases) test(one.name, () => checkCase(tested, one));
    for (const one of settingsCases) test(`settings: ${one.name}`, () => checkSettingsCase(tested, one));
  });
}
