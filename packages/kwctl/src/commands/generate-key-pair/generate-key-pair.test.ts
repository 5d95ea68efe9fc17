import { createPublicKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadSigningKey } from '@kubewarden/signatures';
import { expect, test } from 'vitest';
import { kwctl, temporaryFolder, type Surroundings } from '../../testing/kwctl.ts';

const words = (prefix: string): string[] => ['generate-key-pair', '--output-key-prefix', prefix];

test.each<[string, Surroundings]>([
  ['the environment', { environment: { COSIGN_PASSWORD: 'secret' } }],
  ['the terminal', { password: 'secret' }],
])('the key is encrypted with the password of %s', async (_where, surroundings) => {
  const prefix = join(temporaryFolder(), 'signer');
  expect(await kwctl(words(prefix), surroundings)).toEqual({
    code: 0,
    stdout: '',
    stderr: `Private key written to ${prefix}.key\nPublic key written to ${prefix}.pub\n`,
  });
  const file = readFileSync(`${prefix}.key`, 'utf8');
  expect(statSync(`${prefix}.key`).mode & 0o777).toBe(0o600);
  const key = await loadSigningKey(file, { password: 'secret' });
  await expect(loadSigningKey(file, { password: 'other' })).rejects.toThrow('password');
  const published = createPublicKey(readFileSync(`${prefix}.pub`, 'utf8'));
  expect(key.publicKey.equals(published)).toBe(true);
});

test.each(['signer.key', 'signer.pub'])('%s is never replaced, and no half a pair is left', async (name) => {
  const folder = temporaryFolder();
  const environment = { COSIGN_PASSWORD: '' };
  await kwctl(words(join(folder, 'signer')), { environment });
  const other = name === 'signer.key' ? 'signer.pub' : 'signer.key';
  rmSync(join(folder, other));
  const { code, stderr } = await kwctl(words(join(folder, 'signer')), { environment });
  expect(code).toBe(1);
  expect(stderr).toBe(`Error: cannot create file ${join(folder, name)}: it is there already\n`);
  expect(readdirSync(folder)).toEqual([name]);
});

test('a password has to come from somewhere', async () => {
  const prefix = join(temporaryFolder(), 'signer');
  const { code, stderr } = await kwctl(words(prefix));
  expect(code).toBe(1);
  expect(stderr).toContain('set COSIGN_PASSWORD');
  expect(existsSync(`${prefix}.key`)).toBe(false);
});
