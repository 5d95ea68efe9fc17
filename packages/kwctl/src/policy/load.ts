import { readFile } from 'node:fs/promises';
import { readMetadata, type Metadata } from '@kubewarden/policy';
import {
  createRegistryClient,
  defaultStoreRoot,
  fetchPolicy,
  type Sources,
  storePath,
} from '@kubewarden/registry';
import { CliError, fileProblem } from '../terminal/cli-error.ts';
import { resolvePolicy, type ResolvedPolicy } from './resolve.ts';

/** A policy's module, as bytes and as what it says of itself. */
export interface LoadedPolicy {
  readonly uri: string;
  readonly bytes: Uint8Array;
  /** Undefined if the module is not annotated. */
  readonly metadata: Metadata | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Makes a policy available on this machine, and reads it. */
export async function pullPolicy(
  policy: ResolvedPolicy,
  environment: Environment,
  sources: Sources | undefined,
): Promise<LoadedPolicy> {
  if (policy.storedAt !== undefined) return readPolicy(policy.uri, policy.storedAt);
  const client = createRegistryClient(sources === undefined ? {} : { sources });
  try {
    const destination = { kind: 'store', root: defaultStoreRoot(environment) } as const;
    const { path } = await fetchPolicy(policy, { client, destination });
    return await readPolicy(policy.uri, path);
  } finally {
    await client.close();
  }
}

/** Reads a policy that is on this machine: a file or in the store. Never pulls. */
export async function readLocalPolicy(text: string, environment: Environment): Promise<LoadedPolicy> {
  const location = await resolvePolicy(text, environment);
  const path =
    location.scheme === 'file' ? location.path : storePath(defaultStoreRoot(environment), location);
  return readPolicy(location.uri, path, `Cannot find policy with uri: ${location.uri}`);
}

async function readPolicy(uri: string, path: string, missing?: string): Promise<LoadedPolicy> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if (missing !== undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new CliError(missing);
    }
    throw new CliError(`cannot read policy ${uri}: ${fileProblem(cause)}`);
  }
  try {
    return { uri, bytes, metadata: readMetadata(bytes) };
  } catch (cause) {
    throw new CliError(`${uri}: ${(cause as Error).message}`, { cause });
  }
}

/** What `inspect` and `scaffold` say of a module without metadata. */
export function notAnnotated(uri: string): CliError {
  return new CliError(
    `No Kubewarden metadata found inside of '${uri}'.\n` +
      'Policies can be annotated with the `kwctl annotate` command.',
  );
}
