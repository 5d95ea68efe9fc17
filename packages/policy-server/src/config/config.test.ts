import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../cli/command-line.ts';
import { resolveOptions } from '../cli/values.ts';
import { readConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
const policies = join(folder, 'policies.yml');
writeFileSync(policies, '{}');

function config(...args: string[]) {
  const invocation = parseCommandLine(['--policies', policies, ...args]);
  if (invocation.kind !== 'serve') throw new Error(`unexpected ${invocation.kind}`);
  return readConfig(resolveOptions(invocation.flags, {}));
}

describe('readConfig', () => {
  it('turns options into a configuration', async () => {
    const files = ['--cert-file', 'tls.crt', '--key-file', 'tls.key', '--client-ca-file', 'a.crt, b.crt'];
    expect(await config('--addr', '[::1]', '--port', '0', '--workers', '3', ...files)).toMatchObject({
      api: { host: '::1', port: 0 },
      readiness: { host: '::1', port: 8081 },
      workers: 3,
      tls: { certificate: 'tls.crt', key: 'tls.key', clientAuthorities: ['a.crt', 'b.crt'] },
      policyTimeoutSeconds: 2,
      maximumBodyBytes: 8 * 1024 * 1024,
    });
  });

  it('reads who has to sign, and refuses what would not demand anything', async () => {
    expect((await config()).verification).toBeUndefined();
    const path = join(folder, 'verification.yml');
    writeFileSync(path, 'apiVersion: v1\nallOf: [{kind: githubAction, owner: kubewarden}]');
    expect((await config('--verification-path', path)).verification).toMatchObject({
      allOf: [{ kind: 'githubAction', owner: 'kubewarden' }],
    });
    writeFileSync(path, 'apiVersion: v1\nallOf: []');
    await expect(config('--verification-path', path)).rejects.toThrow(
      `error while loading verification info from "${path}": `,
    );
  });

  it('has no time limit at all when the protection is disabled, and does not read the limit then', async () => {
    const disabled = await config('--disable-timeout-protection', '--policy-timeout', 'nonsense');
    expect(disabled.policyTimeoutSeconds).toBeUndefined();
  });

  it.each([
    [['--addr', 'localhost'], "error parsing arguments: 'localhost' is no IP address"],
    [['--addr', '::1'], "error parsing arguments: '::1' is no IP address"],
    [['--port', '70000'], "error parsing arguments: '70000' is no port (--port)"],
    [['--workers', '0'], 'error parsing the number of workers'],
    [['--workers', 'many'], 'error parsing the number of workers'],
    [['--policy-timeout', '-1'], "'-1' is no whole number of at least 1"],
    [['--max-body-size', '0'], "'0' is no whole number of at least 1"],
    [['--cert-file', 'a'], 'both certificate and key must be provided together'],
    [['--client-ca-file', 'a'], 'client CA certificate requires server certificate and key to be specified'],
    [['--sources-path', '/missing.yaml'], 'error while loading sources from /missing.yaml'],
    [['--verification-path', '/missing.yml'], 'error while loading verification info from "/missing.yml"'],
    [['--policies', '/missing.yml'], 'error while loading policies from "/missing.yml"'],
  ])('refuses %j', async (args, message) => {
    await expect(config(...args)).rejects.toThrow(message);
  });

  it('knows where credentials and the trust root are', async () => {
    expect((await config()).sigstore).toEqual({ cacheDirectory: 'sigstore-data' });
    const flags = [
      '--docker-config-json-path',
      '/home/kubewarden/.docker',
      '--sigstore-cache-dir',
      '/tmp/tuf',
    ];
    expect(await config(...flags, '--sigstore-trust-config', '/sigstore/trust.json')).toMatchObject({
      dockerConfigPath: '/home/kubewarden/.docker',
      sigstore: { cacheDirectory: '/tmp/tuf', trustConfigFile: '/sigstore/trust.json' },
    });
  });
});
