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
      verifyPolicies: false,
    });
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

  it('names settings that have no effect in this build', async () => {
    const { unused } = await config('--docker-config-json-path', '/home/kubewarden/.docker');
    expect(unused).toEqual([expect.stringContaining('registry credentials are not used')]);
  });
});
