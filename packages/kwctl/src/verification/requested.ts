import { createPublicKey } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SignatureRequirement, VerificationConfig } from '@kubewarden/signatures';
import { readKeyValues } from '../command-line/key-values.ts';
import type { ParsedOptions } from '../command-line/parsed-options.ts';
import { configDirectory } from '../policy/directories.ts';
import { CliError, fileProblem } from '../terminal/cli-error.ts';
import { readInputFile } from '../terminal/input-file.ts';
import type { Logger } from '../terminal/log.ts';

/** What the signatures of the policies of a command have to satisfy. */
export interface RequestedVerification {
  readonly config: VerificationConfig;
  /** Asked for with flags, rather than by the default file in the configuration folder. */
  readonly explicit: boolean;
}

const maximumKeyBytes = 64 * 1024;
const identityFlags = ['verification-key', 'cert-email', 'cert-oidc-issuer', 'github-owner'];
const constraintFlags = [...identityFlags, 'verification-annotation', 'github-repo'];

/**
 * What the user wants verified: by flags, by the file that `--verification-config-path` names, or by the default
 * file where there is one. Checked in the order and the words of the original (kwctl.md 5.2).
 *
 * @returns nothing where no verification is asked for
 * @throws CliError for flags that do not go together, and keys that cannot be read
 * @throws VerificationConfigError for a file that is wrong
 */
export async function readRequestedVerification(
  options: ParsedOptions,
  environment: Readonly<Record<string, string | undefined>>,
  log: Logger,
): Promise<RequestedVerification | undefined> {
  const given = options.value('verification-config-path');
  if (constraintFlags.some((flag) => options.has(flag))) {
    const config = await configOfFlags(options);
    if (given === undefined) return { config, explicit: true };
    throw new CliError(
      'verification-config-path cannot be used in conjunction with other verification flags',
    );
  }
  if (given !== undefined) return { config: await readConfig(given), explicit: true };

  const path = join(configDirectory(environment), 'verification-config.yml');
  if (!(await isThere(path))) return undefined;
  log('info', 'kwctl::verify', 'Default verification config present, using it');
  return { config: await readConfig(path), explicit: false };
}

async function readConfig(path: string): Promise<VerificationConfig> {
  // Loads a YAML reader and a schema library, which only those who have such a file need.
  const { readVerificationConfig } = await import('@kubewarden/signatures');
  return readVerificationConfig(path);
}

/** Only a file that is not there means that nothing is asked for; one that cannot be looked at must not. */
async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw new CliError(`failed to read verification file: ${fileProblem(cause)} (${path})`);
  }
}

async function configOfFlags(options: ParsedOptions): Promise<VerificationConfig> {
  const has = (flag: string): boolean => options.has(flag);
  if (has('verification-annotation') && !identityFlags.some(has)) {
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
  const required = options.values('verification-annotation');
  const annotations = required === undefined ? {} : { annotations: readKeyValues(required) };
  const allOf: SignatureRequirement[] = [];
  for (const path of options.values('verification-key') ?? []) {
    allOf.push({ kind: 'pubKey', key: await readKey(path), ...annotations });
  }
  const email = options.value('cert-email');
  const issuer = options.value('cert-oidc-issuer');
  if (email !== undefined && issuer !== undefined) {
    allOf.push({ kind: 'genericIssuer', issuer, subject: { equal: email }, ...annotations });
  }
  const owner = options.value('github-owner');
  const repo = options.value('github-repo');
  if (owner !== undefined) {
    allOf.push({ kind: 'githubAction', owner, ...(repo === undefined ? {} : { repo }), ...annotations });
  }
  return { allOf };
}

async function readKey(path: string): Promise<string> {
  let text: string;
  try {
    text = (await readInputFile(path, maximumKeyBytes)).toString('utf8');
  } catch (cause) {
    throw new CliError(`could not read file ${path}: ${fileProblem(cause)}`);
  }
  try {
    // A private key would be taken as well, and its public half used.
    if (!text.includes('-----BEGIN PUBLIC KEY-----')) throw new TypeError('no public key');
    createPublicKey(text);
  } catch {
    throw new CliError(`key verification failure: ${path} holds no public key in PEM format`);
  }
  return text;
}
