import { readMetadata, type Metadata } from '@kubewarden/policy';
import { defaultStoreRoot, maximumPolicyBytes } from '@kubewarden/registry/reference';
import { CliError, fileProblem } from '../terminal/cli-error.ts';
import { readInputFile } from '../terminal/input-file.ts';
import { resolvePolicy } from './resolve.ts';
import { findStored } from './stored.ts';

/** What a policy says of itself. */
export interface PolicyDescription {
  readonly uri: string;
  /** Undefined if the module is not annotated. */
  readonly metadata: Metadata | undefined;
}

/** A policy's module, as bytes and as what it says of itself. */
export interface LoadedPolicy extends PolicyDescription {
  readonly bytes: Uint8Array;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a policy that is on this machine: a file or in the store. Never pulls. */
export async function readLocalPolicy(text: string, environment: Environment): Promise<LoadedPolicy> {
  const policy = await resolvePolicy(text, environment);
  const path =
    policy.scheme === 'file' ? policy.path : (await findStored(policy, defaultStoreRoot(environment)))?.path;
  if (path === undefined) throw notFound(policy.uri);
  return readPolicyFile(policy.uri, path);
}

/**
 * Reads a module and its metadata.
 *
 * @throws CliError naming the policy if the file cannot be read, is too large or is no module
 */
export async function readPolicyFile(uri: string, path: string): Promise<LoadedPolicy> {
  const bytes = await readModule(uri, path);
  try {
    return { uri, bytes, metadata: readMetadata(bytes) };
  } catch (cause) {
    throw new CliError(`${uri}: ${(cause as Error).message}`, { cause });
  }
}

async function readModule(uri: string, path: string): Promise<Uint8Array> {
  try {
    // A local file has no more right to memory than a download.
    return await readInputFile(path, maximumPolicyBytes);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw notFound(uri);
    throw new CliError(`cannot read policy ${uri}: ${fileProblem(cause)}`);
  }
}

function notFound(uri: string): CliError {
  return new CliError(`Cannot find policy with uri: ${uri}`);
}

/** What `inspect` and `scaffold` say of a module without metadata. */
export function notAnnotated(uri: string): CliError {
  return new CliError(
    `No Kubewarden metadata found inside of '${uri}'.\n` +
      'Policies can be annotated with the `kwctl annotate` command.',
  );
}
