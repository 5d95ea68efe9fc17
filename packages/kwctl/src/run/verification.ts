import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyLocation } from '@kubewarden/registry';
import type { ParsedOptions } from '../command-line/parsed-options.ts';
import { configDirectory } from '../policy/directories.ts';
import { CliError } from '../terminal/cli-error.ts';
import type { Logger } from '../terminal/log.ts';

const constraintFlags = [
  'verification-key',
  'verification-annotation',
  'cert-email',
  'cert-oidc-issuer',
  'github-owner',
  'github-repo',
];

/**
 * Refuses what would run unverified although the user wants signatures to be verified: this build cannot verify
 * any. A default configuration file does not concern local files, which cannot be signed.
 *
 * @throws CliError saying what was asked for
 */
export async function refuseUnverified(
  locations: readonly PolicyLocation[],
  options: ParsedOptions,
  environment: Readonly<Record<string, string | undefined>>,
  log: Logger,
): Promise<void> {
  checkFlags(options);
  const asked = [...constraintFlags, 'verification-config-path'].find((flag) => options.has(flag));
  if (asked !== undefined) {
    throw new CliError(
      `--${asked} asks for verified signatures, but this build cannot verify any: the policy is not run`,
    );
  }
  const path = join(configDirectory(environment), 'verification-config.yml');
  const present = await stat(path).then(
    () => true,
    () => false,
  );
  if (!present) return;
  log('info', 'kwctl::run', 'Default verification config present, using it');
  for (const { scheme, uri } of locations) {
    if (scheme !== 'file') {
      throw new CliError(
        `Policy ${uri} cannot be validated\n` +
          `${path} asks for verified signatures, but this build cannot verify any: the policy is not run`,
      );
    }
    log('warn', 'kwctl::run', `local files have no signatures to verify, ${uri} is run unverified`);
  }
}

/** The checks of flags that belong together, in the order and the words of the original. */
function checkFlags(options: ParsedOptions): void {
  const has = (flag: string): boolean => options.has(flag);
  const identity = ['verification-key', 'cert-email', 'cert-oidc-issuer', 'github-owner'].some(has);
  if (has('verification-annotation') && !identity) {
    throw new CliError(
      'Intending to verify annotations, but no verification keys, OIDC issuer or GitHub owner were passed',
    );
  }
  if (has('github-repo') && !has('github-owner')) {
    throw new CliError('Intending to verify GitHub actions signature, but the repository owner is missing.');
  }
  if (has('cert-email') !== has('cert-oidc-issuer')) {
    throw new CliError(
      'Intending to verify OIDC issuer, but no email or issuer were provided. ' +
        'You must pass the email and OIDC issuer to be validated together ',
    );
  }
  if (has('verification-config-path') && constraintFlags.some(has)) {
    throw new CliError(
      'verification-config-path cannot be used in conjunction with other verification flags',
    );
  }
}
