import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { file, guest, kwctl, temporaryFolder } from '../testing/kwctl.ts';
import { request, responses } from '../testing/modules.ts';

const privileged = guest('rust/pod-privileged.wasm');

describe('nothing runs unverified against the wish of the user', () => {
  const words = ['run', '-r', request('pod-plain'), privileged];
  const config = 'apiVersion: v1\nallOf:\n- kind: githubAction\n  owner: acme\n';

  test.each([
    [['-k', 'cosign.pub']],
    [['--github-owner', 'acme']],
    [['--cert-email', 'a@b', '--cert-oidc-issuer', 'https://issuer.example']],
    [['--verification-config-path', file('verification.yml', config)]],
  ])('%j', async (flags) => {
    const { code, stdout, stderr } = await kwctl([...words, ...flags]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('cannot verify any');
  });
});

test('a default verification file lets local files run with a warning, and nothing else', async () => {
  const home = temporaryFolder();
  mkdirSync(join(home, 'kubewarden'));
  const config = 'apiVersion: v1\nallOf:\n- kind: githubAction\n  owner: acme\n';
  writeFileSync(join(home, 'kubewarden', 'verification-config.yml'), config);
  const words = ['run', '-r', request('pod-plain')];
  const surroundings = { environment: { XDG_CONFIG_HOME: home } };
  const local = await kwctl([...words, privileged], surroundings);
  expect(responses(local.stdout)).toMatchObject([{ allowed: true }]);
  expect(local.stderr).toContain('is run unverified');
  const remote = await kwctl([...words, 'https://127.0.0.1:1/policy.wasm'], surroundings);
  expect(remote).toMatchObject({ code: 1, stdout: '' });
  expect(remote.stderr).toContain('cannot verify any');
});
