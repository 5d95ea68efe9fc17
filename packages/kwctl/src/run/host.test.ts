import { describe, expect, test } from 'vitest';
import { file, guest, kwctl } from '../testing/kwctl.ts';
import { request, responses, unannotated } from '../testing/modules.ts';

const privileged = guest('rust/pod-privileged.wasm');
const contextAware = guest('rust/context-aware.wasm');

describe('access of a policy to the host', () => {
  const session = guest('requests/customer-1.session.yml');
  const replay = ['run', '-r', request('deployment'), '--replay-host-capabilities-interactions', session];
  const verdict = async (...words: string[]) => {
    const outcome = await kwctl([...replay, ...words]);
    return { ...outcome, response: responses(outcome.stdout)[0] as { allowed: boolean } };
  };

  test('a recorded session stands in for the cluster', async () => {
    const { response, stderr } = await verdict('--allow-context-aware', contextAware);
    expect(response.allowed).toBe(true);
    expect(stderr).toContain('host capabilities proxy enabled with replay mode');
  });

  test('resources are granted only on request, and the user is told', async () => {
    const { response, stdout, stderr } = await verdict(contextAware);
    expect(response.allowed).toBe(false);
    expect(stdout).toContain('has not been granted access to Kubernetes v1/Namespace resources');
    expect(stderr).toContain('--allow-context-aware');
    // a call that was refused takes nothing from the session
    expect(stderr).toContain('Some of the recorded exchanges have not been replayed');
  });

  test.each([
    [['--allowed-host-capabilities', '--allow-context-aware', contextAware], false],
    [['--allow-context-aware', '--allowed-host-capabilities', 'oci/*', 'net/*', '--', contextAware], false],
    [
      ['--allow-context-aware', '--allowed-host-capabilities', 'oci/*,kubernetes/*', '--', contextAware],
      true,
    ],
    [['--allow-context-aware', '--allowed-host-capabilities', 'kubernetes/*', contextAware], true],
  ])('%j', async (words, allowed) => {
    const { response, stdout } = await verdict(...words);
    expect(response.allowed).toBe(allowed);
    if (!allowed) expect(stdout).toContain('has not been granted access');
  });

  test('without metadata nothing can be granted', async () => {
    const { stdout, stderr } = await verdict('--allow-context-aware', unannotated('rust/context-aware.wasm'));
    expect(stdout).toContain('has not been granted access to Kubernetes v1/Namespace resources');
    expect(stderr).toContain('INFO kwctl::run: Policy is not annotated, access to Kubernetes resources');
  });

  test('a digest after the patterns is the policy', async () => {
    const { code, stderr } = await kwctl([...replay, '--allowed-host-capabilities', 'net/*', '0badf00d']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Error: Cannot find policy with uri: 0badf00d\n',
    });
  });

  test.each([
    ['oci*', "must be the entire last path segment (e.g. 'oci/*')"],
    ['oci/v99/verify', 'unknown segment "v99", valid options at this level are: v1, v2'],
    ['oci/v1', 'not a complete capability path; use "oci/v1/*"'],
  ])('the pattern %s is refused', async (pattern, message) => {
    const { code, stderr } = await kwctl([
      'run',
      '--allowed-host-capabilities',
      pattern,
      '-r',
      request('pod-plain'),
      privileged,
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('Error: Invalid host capabilities pattern: ');
    expect(stderr).toContain(message);
  });

  test.each([
    ['missing.yml', undefined, 'Cannot open host capabilities interactions file'],
    ['broken.yml', 'type: [', 'cannot deserialize contents of'],
  ])('a session that is %s ends the run before it begins', async (name, content, message) => {
    const path = content === undefined ? `/nowhere/${name}` : file(name, content);
    const { code, stdout, stderr } = await kwctl([
      'run',
      '-r',
      request('pod-plain'),
      '--replay-host-capabilities-interactions',
      path,
      privileged,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('what was recorded can be replayed', async () => {
    const recorded = file('session.yml', '');
    const first = await kwctl([
      'run',
      '-r',
      request('pod-plain'),
      '--record-host-capabilities-interactions',
      recorded,
      privileged,
    ]);
    expect(first.stderr).toContain('Context aware session saved to file');
    const second = await kwctl([
      'run',
      '-r',
      request('pod-plain'),
      '--replay-host-capabilities-interactions',
      recorded,
      privileged,
    ]);
    expect(second.stdout).toBe(first.stdout);
  });
});
