import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubewardenVersion, readMetadata } from '@kubewarden/policy';
import { describe, expect, test } from 'vitest';
import { file, guest, kwctl, temporaryFolder, type Outcome } from '../../testing/kwctl.ts';

const rules =
  'rules:\n- {apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}\nmutating: false\n';

async function annotate(
  metadata: string,
  module: string,
  ...words: string[]
): Promise<Outcome & { readonly output: string }> {
  const output = join(temporaryFolder(), 'out.wasm');
  const path = file('metadata.yml', metadata);
  return { ...(await kwctl(['--no-color', 'annotate', '-m', path, '-o', output, ...words, module])), output };
}

describe('a module', () => {
  test('is annotated, silently, and again without leaving the old metadata in force', async () => {
    const usage = file('README.md', '# Usage\n\nDo.');
    const first = await annotate(
      `${rules}annotations: {io.kubewarden.kwctl: none}\n`,
      guest('rust/pod-privileged.wasm'),
      '-u',
      usage,
    );
    expect(first).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(readMetadata(readFileSync(first.output))).toMatchObject({
      protocolVersion: 'v1',
      executionMode: 'kubewarden-wapc',
      annotations: {
        'io.kubewarden.kwctl': kubewardenVersion,
        'io.kubewarden.policy.usage': '# Usage\n\nDo.',
      },
    });
    const second = await annotate(
      `${rules}annotations: {io.kubewarden.policy.title: second}\n`,
      first.output,
    );
    expect(readMetadata(readFileSync(second.output))?.annotations).toEqual({
      'io.kubewarden.kwctl': kubewardenVersion,
      'io.kubewarden.policy.title': 'second',
    });
    const run = await kwctl(['run', '-r', guest('requests/pod-privileged.json'), second.output]);
    expect(run.stdout).toContain('Privileged container is not allowed');
  });

  test('of Rego has no protocol version', async () => {
    const { code, output } = await annotate(
      `${rules}executionMode: gatekeeper\n`,
      guest('rego/inventory.wasm'),
    );
    expect(code).toBe(0);
    expect(readMetadata(readFileSync(output))).toMatchObject({
      protocolVersion: 'Unknown',
      executionMode: 'gatekeeper',
    });
  });

  test('of a raw policy may have rules that are left empty', async () => {
    const { code } = await annotate(
      'rules:\nmutating: false\npolicyType: raw\n',
      guest('rust/raw-mutation.wasm'),
    );
    expect(code).toBe(0);
  });
});

describe('host capabilities that the module does not have in common with its metadata', () => {
  test('are warned of', async () => {
    const metadata = `${rules}hostCapabilities: [oci/v1/verify, "kubernetes/list_*"]\n`.replace(
      'list_*',
      'get_resource',
    );
    const { code, stderr } = await annotate(metadata, guest('rust/context-aware.wasm'));
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /WARN kwctl::annotate: host capabilities used by the policy but not declared in metadata capabilities=\{"kubernetes\/can_i", "kubernetes\/list_resources_all", "kubernetes\/list_resources_by_namespace"\}\n/,
    );
    expect(stderr).toMatch(
      /WARN kwctl::annotate: host capabilities declared in metadata but not detected in the policy capabilities=\{"oci\/v1\/verify"\}\n/,
    );
  });

  test('a wildcard stands for all below it', async () => {
    const { stderr } = await annotate(
      `${rules}hostCapabilities: ["kubernetes/*"]\n`,
      guest('rust/context-aware.wasm'),
    );
    expect(stderr).toBe('');
  });
});

test.each([
  [
    'Rego in the default mode',
    rules,
    'rego/inventory.wasm',
    "Error: Wrong value inside of policy's metadata for 'executionMode'. This policy has been created using Rego\n",
  ],
  [
    'no Rego in a mode of Rego',
    `${rules}executionMode: opa\n`,
    'rust/pod-privileged.wasm',
    "Error: Wrong value inside of policy's metadata for 'executionMode'. The policy has not been created using Rego\n",
  ],
  [
    'a broken rule',
    rules.replace('[CREATE]', '[CREATE, "*"]'),
    'rust/pod-privileged.wasm',
    /^Error: Metadata is invalid: .*metadata\.yml: rules\[0\]\.operations: No other elements can be defined when '\*' is used\n$/,
  ],
  [
    'an unknown mode',
    `${rules}executionMode: gpu\n`,
    'rust/pod-privileged.wasm',
    /^Error: Error unmarshalling metadata .*metadata\.yml: executionMode: unknown variant/,
  ],
  [
    'no YAML',
    'rules: [',
    'rust/pod-privileged.wasm',
    /^Error: Error unmarshalling metadata .*metadata\.yml: .* at line 1/,
  ],
  [
    'a truncated module',
    rules,
    'wat/module/truncated.wasm',
    /^Error: Error (parsing|scanning) wasm module: .*truncated\.wasm: /,
  ],
  [
    'a module without protocol_version',
    rules,
    'wat/wapc/guest-call-missing.wasm',
    /^Error: Error while detecting Kubewarden protocol version: .*__guest_call/,
  ],
  [
    'no module',
    rules,
    'nowhere.wasm',
    /^Error: Error reading wasm file: .*nowhere\.wasm: No such file or directory/,
  ],
])('%s is an error', async (_name, metadata, module, stderr) => {
  const outcome = await annotate(metadata, guest(module));
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  if (typeof stderr === 'string') expect(outcome.stderr).toBe(stderr);
  else expect(outcome.stderr).toMatch(stderr);
  expect(() => readFileSync(outcome.output)).toThrow('ENOENT');
});
