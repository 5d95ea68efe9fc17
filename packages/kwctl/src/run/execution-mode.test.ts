import { readFileSync } from 'node:fs';
import { annotateModule, readMetadata } from '@kubewarden/policy';
import { describe, expect, test } from 'vitest';
import { file, guest, kwctl } from '../testing/kwctl.ts';
import { request, responses, unannotated } from '../testing/modules.ts';

const privileged = guest('rust/pod-privileged.wasm');

describe('execution mode', () => {
  const gatekeeper = guest('rego/gatekeeper.wasm');
  test.each([
    ['gatekeeper', gatekeeper, 0, ''],
    ['kubewarden', privileged, 0, ''],
    ['kubewarden-wapc', privileged, 0, ''],
    ['opa', gatekeeper, 1, "different from the one reported inside of policy's metadata"],
    ['opa', privileged, 1, "different from the one reported inside of policy's metadata"],
    ['lua', privileged, 2, "invalid value 'lua' for '--execution-mode <MODE>'"],
  ])('-e %s', async (mode, module, code, message) => {
    const outcome = await kwctl(['run', '-e', mode, '-r', request('pod-plain'), module]);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(message);
  });
});

describe('execution mode of a module without metadata', () => {
  const createdWithRego = 'The policy has been created with Rego, ';
  test.each([
    ['rust/pod-privileged.wasm', [], ''],
    ['rust/pod-privileged.wasm', ['-e', 'opa'], 'The policy has not been created with Rego, '],
    ['rego/gatekeeper.wasm', [], `${createdWithRego}please specify which Opa runtime has to be used`],
    ['rego/gatekeeper.wasm', ['-e', 'gatekeeper'], ''],
    ['rego/gatekeeper.wasm', ['-e', 'wasi'], createdWithRego],
    ['c/host-network.wasm', ['-e', 'wasi'], ''],
  ])('%s %j', async (module, mode, message) => {
    const outcome = await kwctl(['run', ...mode, '-r', request('pod-plain'), unannotated(module)]);
    expect(outcome.stderr).toContain(message);
    expect(outcome.code).toBe(message === '' ? 0 : 1);
    if (message === '') expect(responses(outcome.stdout)).toMatchObject([{ allowed: true }]);
  });
});

test.each([
  ['1.38.7', 0, ''],
  [
    '1.39.0-rc1',
    1,
    "Error: Policy required Kubewarden version 1.39.0 or greater. But it's running on 1.38.0\n",
  ],
])('a policy that requires Kubewarden %s', async (minimumKubewardenVersion, code, stderr) => {
  const bytes = readFileSync(privileged);
  const metadata = { ...readMetadata(bytes)!, minimumKubewardenVersion };
  const policy = file('policy.wasm', annotateModule(bytes, metadata));
  expect(await kwctl(['run', '-r', request('pod-plain'), policy])).toMatchObject({ code, stderr });
});
