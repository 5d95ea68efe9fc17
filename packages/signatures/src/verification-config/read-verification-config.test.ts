import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VerificationConfigError } from '../errors.ts';
import { readVerificationConfig } from './read-verification-config.ts';

let path: string;
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'verification-config-')), 'config.yml');
});
afterAll(() => rm(join(path, '..'), { recursive: true }));

describe('readVerificationConfig', () => {
  it('reads a file', async () => {
    await writeFile(path, 'apiVersion: v1\nallOf: [{kind: githubAction, owner: kubewarden}]\n');
    expect(await readVerificationConfig(path)).toEqual({
      allOf: [{ kind: 'githubAction', owner: 'kubewarden' }],
    });
  });

  it('says what is wrong with it, then where it is', async () => {
    await writeFile(path, 'allOf: [{kind: genericIssuer, issuer: a}]');
    await expect(readVerificationConfig(path)).rejects.toThrow(
      new VerificationConfigError(
        'Not a valid configuration file: missing field `subject` in allOf[0] at line 1',
        { path },
      ),
    );
  });

  it('says that there is none', async () => {
    await expect(readVerificationConfig('/nowhere/config.yml')).rejects.toThrow(
      'failed to read verification file: No such file or directory (os error 2) (/nowhere/config.yml)',
    );
    await expect(readVerificationConfig(tmpdir())).rejects.toThrow(
      `failed to read verification file: Is a directory (os error 21) (${tmpdir()})`,
    );
  });

  it('does not read more than a mebibyte', async () => {
    await writeFile(path, `# ${'x'.repeat(1024 * 1024)}`);
    await expect(readVerificationConfig(path)).rejects.toThrow('is larger than 1048576 bytes');
  });
});
