import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { file, kwctl, type Surroundings } from '../../testing/kwctl.ts';

const image = '127.0.0.1:1/policies/demo:v1';
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const plain = file('signer.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const encrypted = file(
  'encrypted.pem',
  privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }).toString(),
);
/** How signing ends when all is well with the signer: this registry is not there. */
const reached = /^Error: .*127\.0\.0\.1:1/;

async function sign(flags: readonly string[], surroundings: Surroundings = {}): Promise<string> {
  const { code, stdout, stderr } = await kwctl(['sign', ...flags, image], surroundings);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return stderr;
}

describe('a key', () => {
  test('is read from a file, its password from the environment or the terminal', async () => {
    expect(await sign(['--key', plain])).toMatch(reached);
    expect(await sign(['--key', encrypted], { environment: { COSIGN_PASSWORD: 'secret' } })).toMatch(reached);
    expect(await sign(['--key', encrypted], { password: 'secret' })).toMatch(reached);
  });

  test.each<[string, readonly string[], Surroundings, string]>([
    [
      'is not there',
      ['--key', '/nowhere.pem'],
      {},
      'cannot read file /nowhere.pem: No such file or directory',
    ],
    ['is none', ['--key', file('none.pem', 'no key')], {}, 'cannot use key '],
    ['is encrypted', ['--key', encrypted], {}, `cannot use key ${encrypted}: the key is encrypted`],
    [
      'has another password',
      ['--key', encrypted],
      { environment: { COSIGN_PASSWORD: 'wrong-word' } },
      `cannot use key ${encrypted}: `,
    ],
    [
      'is missing',
      ['--certificate', plain],
      {},
      '--certificate is of no use without the --key that it belongs to',
    ],
  ])('that %s is refused', async (_what, flags, surroundings, message) => {
    const stderr = await sign(flags, surroundings);
    expect(stderr).toContain(`Error: ${message}`);
    expect(stderr).not.toContain('wrong-word');
  });

  test('and a token exclude each other', async () => {
    const { code, stderr } = await kwctl(['sign', '--key', plain, '--identity-token', 'x', image]);
    expect(code).toBe(2);
    expect(stderr).toContain("the argument '--identity-token <TOKEN>' cannot be used with '--key <PATH>'");
  });
});

describe('an identity token', () => {
  const token = `e30.${Buffer.from('{"iss":"x"}').toString('base64url')}.c2VjcmV0`;

  test.each<[string, readonly string[], Surroundings]>([
    ['in a file', ['--identity-token', `@${file('token', `${token}\n`)}`], {}],
    ['on standard input', ['--identity-token', '-'], { stdin: `${token}\n` }],
    ['in the environment', [], { environment: { SIGSTORE_ID_TOKEN: token } }],
    ['as it is', ['--identity-token', token], {}],
  ])('%s is read, and never shown', async (_where, flags, surroundings) => {
    // A certificate is asked for only when the image is known to be there.
    const stderr = await sign(flags, surroundings);
    expect(stderr).toMatch(reached);
    expect(stderr).not.toContain(token);
  });

  test('is missing', async () => {
    expect(await sign([])).toBe(
      'Error: nothing to sign with: --key is missing, or for keyless signatures --identity-token or SIGSTORE_ID_TOKEN\n',
    );
    expect(await sign(['--identity-token', '@/nowhere'])).toContain('cannot read file /nowhere: ');
  });
});

test('an annotation is a key and a value', async () => {
  expect(await sign(['--key', plain, '-a', 'env'])).toBe(
    "Error: 'env' is no annotation: KEY=VALUE is expected\n",
  );
});

test('only images in registries are signed', async () => {
  const { code, stderr } = await kwctl(['sign', '--key', plain, 'https://example.com/p.wasm']);
  expect(code).toBe(1);
  expect(stderr).toContain(
    'Invalid OCI image reference: invalid reference format: https://example.com/p.wasm',
  );
});
