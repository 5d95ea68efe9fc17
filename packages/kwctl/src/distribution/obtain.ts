import { createHash } from 'node:crypto';
import type { FetchDestination, FetchedPolicy, RegistryLocation } from '@kubewarden/registry';
import type { VerifiedImage } from '@kubewarden/signatures';
import { readPolicyFile, type LoadedPolicy } from '../policy/load.ts';
import type { ResolvedPolicy } from '../policy/resolve.ts';
import { findStored } from '../policy/stored.ts';
import { CliError } from '../terminal/cli-error.ts';
import type { Logger } from '../terminal/log.ts';
import { interruptible } from '../terminal/interruption.ts';
import type { StatusLine } from '../terminal/status-line.ts';
import type { RequestedVerification } from '../verification/requested.ts';
import type { Session } from './session.ts';
import { transferText } from './transfer-text.ts';

/** What obtaining a policy reports to. */
export interface Reporting {
  readonly log: Logger;
  readonly status: StatusLine;
}

/**
 * Verifies the signatures of policies, all of them before any is pulled (kwctl.md 5.4). Files cannot be signed: they
 * are refused where the user asked for verification, and pass with a warning where only the default file does.
 *
 * @returns the verified image of each policy; none for those that needed no verification
 * @throws CliError naming the policy and what its signatures lack
 */
export async function verifyPolicies(
  policies: readonly ResolvedPolicy[],
  requested: RequestedVerification | undefined,
  session: Session,
  { log }: Reporting,
): Promise<ReadonlyMap<string, VerifiedImage>> {
  const verified = new Map<string, VerifiedImage>();
  if (requested === undefined) return verified;
  for (const policy of policies) {
    if (verified.has(policy.uri)) continue;
    if (policy.scheme === 'registry') {
      const storedAt = (await findStored(policy, session.storeRoot))?.path;
      const image = await verifyImage({ ...policy, storedAt }, requested, session);
      verified.set(policy.uri, image);
      log('info', 'kwctl::verify', 'Policy successfully verified');
      if (image.evidence === 'stored') {
        log(
          'warn',
          'kwctl::verify',
          `the registry of ${policy.uri} cannot be reached: what it held when the policy was pulled was verified`,
        );
      }
    } else if (policy.scheme === 'file' && !requested.explicit) {
      log(
        'warn',
        'kwctl::verify',
        `local files have no signatures to verify, ${policy.uri} is used unverified`,
      );
    } else {
      throw notValidated(
        policy.uri,
        'Invalid OCI image reference: invalid reference format (only policies in OCI registries can be signed)',
      );
    }
  }
  return verified;
}

async function verifyImage(
  { uri, image, storedAt }: RegistryLocation & { readonly storedAt: string | undefined },
  { config }: RequestedVerification,
  session: Session,
): Promise<VerifiedImage> {
  const { TrustRootError } = await import('@kubewarden/signatures');
  try {
    const verifier = await session.verifier();
    return await verifier.verify(image, config, storedAt === undefined ? {} : { storedAt });
  } catch (cause) {
    if (cause instanceof TrustRootError) {
      throw new CliError(
        `Error building Sigstore trust root: ${cause.message}. Note that verification options were provided, so a ` +
          'Sigstore trust root is required.',
        { cause: cause.cause },
      );
    }
    throw notValidated(uri, (cause as Error).message, (cause as Error).cause);
  }
}

function notValidated(uri: string, detail: string, cause?: unknown): CliError {
  return new CliError(`Policy ${uri} cannot be validated\n${detail.replace(/\n+$/, '')}`, { cause });
}

/**
 * Makes a policy available on this machine. What was verified is fetched by its digest, and what is on this machine
 * already is used only if it is what was verified.
 *
 * @throws PolicyFetchError, InvalidPolicyFileError and PolicyStoreError
 */
export async function obtainPolicy(
  policy: ResolvedPolicy,
  destination: FetchDestination,
  verified: VerifiedImage | undefined,
  session: Session,
  { status }: Reporting,
): Promise<FetchedPolicy> {
  const { uri } = policy;
  const { fetchPolicy } = await import('@kubewarden/registry');
  const pulling = `Pulling policy from ${uri}`;
  try {
    const client = await session.client();
    const fetched = await interruptible(status.clear, () =>
      fetchPolicy(policy, {
        client,
        destination,
        ...(verified === undefined ? {} : { verified }),
        onProgress: (progress) => status.show(pulling, transferText(progress)),
      }),
    );
    if (fetched.origin === 'downloaded') status.end(`Successfully pulled policy from ${uri}`);
    return fetched;
  } catch (error) {
    status.end(`Failed to pull policy: ${(error as Error).message}`);
    throw error;
  }
}

/**
 * Makes a policy available on this machine and reads it. The bytes that are read are compared with what was verified.
 *
 * @throws CliError if the module is not the one that was signed
 * @throws the errors of {@link obtainPolicy}
 */
export async function loadPolicy(
  policy: ResolvedPolicy,
  verified: VerifiedImage | undefined,
  session: Session,
  reporting: Reporting,
): Promise<LoadedPolicy> {
  const { uri } = policy;
  const path = await obtainForReading(policy, verified, session, reporting);
  const loaded = await readPolicyFile(uri, path);
  if (verified !== undefined) {
    const { verifiedLayer } = await import('@kubewarden/registry');
    const { digest } = await verifiedLayer(await session.client(), verified.image, verified, {});
    const expected = digest.slice('sha256:'.length);
    const actual = createHash('sha256').update(loaded.bytes).digest('hex');
    if (actual !== expected) {
      throw notValidated(
        uri,
        "The digest of the local file doesn't match with the one reported inside of the signed manifest. " +
          `Got ${actual} instead of ${expected}`,
      );
    }
    reportChecked(reporting);
  }
  return loaded;
}

async function obtainForReading(
  policy: ResolvedPolicy,
  verified: VerifiedImage | undefined,
  session: Session,
  reporting: Reporting,
): Promise<string> {
  if (policy.scheme === 'file') return policy.path;
  // The user chose these very bytes: others will not do, be they newer.
  if (policy.storedAt !== undefined) return policy.storedAt;
  const destination = { kind: 'store', root: session.storeRoot } as const;
  return (await obtainPolicy(policy, destination, verified, session, reporting)).path;
}

/** Says that a module is the one that was signed. */
export function reportChecked({ log }: Reporting): void {
  log('info', 'kwctl::verify', 'Local file checksum verification passed');
  log('info', 'kwctl::verify', 'Local checksum successfully verified');
}
