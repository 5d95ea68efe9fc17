import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { parsePolicyLocation, type PolicyLocation } from '@kubewarden/registry/reference';
import type { VerificationConfig, VerifiedImage } from '@kubewarden/signatures';
import type { Distribution } from '../distribution/distribution.ts';
import type { Logger } from '../logging/logger.ts';
import { unlessAborted } from './deadline.ts';
import { ModuleError, type ModuleStage } from './module-error.ts';

/** As large as a download may be: 256 MiB. */
const maximumModuleBytes = 256 * 1024 * 1024;

export interface FetchedModule {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Of what was signed, hexadecimal. */
  readonly verifiedSha256?: string;
}

export interface FetchModuleOptions {
  /** For the log: the first policy that uses the module. */
  readonly policy: string;
  readonly downloadDir: string;
  /** Absent: anything may be loaded. */
  readonly verification?: VerificationConfig;
  readonly distribution: Distribution;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Gets one module. If signatures are required, the image is verified, then fetched by the digest that was verified,
 * and then the very bytes that are returned are compared with what was signed. What the download folder has already
 * is not fetched again.
 *
 * @param text location as a policy writes it
 * @throws ModuleError
 */
export async function fetchModule(text: string, options: FetchModuleOptions): Promise<FetchedModule> {
  const location = await inStage('download', options, async () => parsePolicyLocation(text));
  const { verification } = options;
  if (verification === undefined) return inStage('download', options, () => download(location, options));
  const verified = await inStage('verification', options, () => verify(location, verification, options));
  const module = await inStage('download', options, () => download(location, options, verified));
  await inStage('integrity', options, async () => checkIntegrity(module, options));
  return module;
}

const complaints: Readonly<Record<ModuleStage, string>> = {
  verification: 'policy cannot be verified',
  download: 'policy download failed',
  integrity: 'verification failed',
};

async function inStage<T>(
  stage: ModuleStage,
  { policy, logger, signal }: FetchModuleOptions,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await unlessAborted(signal, work);
  } catch (cause) {
    logger.log('error', complaints[stage], { policy, error: (cause as Error).message });
    throw new ModuleError(stage, cause);
  }
}

async function verify(
  location: PolicyLocation,
  verification: VerificationConfig,
  { policy, downloadDir, distribution, logger, signal }: FetchModuleOptions,
): Promise<VerifiedImage> {
  if (location.scheme !== 'registry') {
    throw new Error(`Verification only works with OCI images: Not a valid oci image: ${location.uri}`);
  }
  logger.log('info', 'verifying policy authenticity and integrity using sigstore', { policy });
  const { storePath } = await import('@kubewarden/registry');
  const verifier = await distribution.policyVerifier();
  const verified = await verifier.verify(location.image, verification, {
    signal,
    storedAt: storePath(downloadDir, location),
  });
  if (verified.evidence === 'stored') {
    // True when it was stored; the registry may know better by now.
    logger.log('warn', 'registry cannot be reached, policy was verified by the signatures that are stored', {
      policy,
    });
  }
  logger.log('info', 'policy download', {
    name: policy,
    sha256sum: verified.digest,
    status: 'verified-signatures',
  });
  return verified;
}

async function download(
  location: PolicyLocation,
  { downloadDir, distribution, signal }: FetchModuleOptions,
  verified?: VerifiedImage,
): Promise<FetchedModule> {
  if (location.scheme === 'file') return { path: location.path, bytes: await readModule(location.path) };
  // Takes a while to load, which a server with local policies need not wait for.
  const { fetchPolicy } = await import('@kubewarden/registry');
  const { path, verifiedSha256 } = await fetchPolicy(location, {
    client: await distribution.client(),
    destination: { kind: 'store', root: downloadDir },
    ...(verified && { verified }),
    signal,
  });
  return { path, bytes: await readModule(path), ...(verifiedSha256 !== undefined && { verifiedSha256 }) };
}

/** Devices and pipes may go on for ever, and a local file has no more right to memory than a download. */
async function readModule(path: string): Promise<Uint8Array> {
  const file = await stat(path);
  if (!file.isFile()) throw new Error(`${path} is no regular file`);
  if (file.size > maximumModuleBytes) {
    throw new Error(`${path} has ${file.size} bytes, at most ${maximumModuleBytes} are allowed`);
  }
  return readFile(path);
}

/** Between its download and now, others may have written to the folder. */
function checkIntegrity(
  { path, bytes, verifiedSha256 }: FetchedModule,
  { policy, logger }: FetchModuleOptions,
): void {
  const sha256sum = createHash('sha256').update(bytes).digest('hex');
  if (sha256sum !== verifiedSha256) {
    throw new Error(
      "The digest of the local file doesn't match with the one reported inside of the signed manifest. " +
        `Got ${sha256sum} instead of ${verifiedSha256}`,
    );
  }
  logger.log('info', 'Local file checksum verification passed', { policy, path });
  logger.log('info', 'policy download', { name: policy, sha256sum, status: 'verified-local-checksum' });
}
