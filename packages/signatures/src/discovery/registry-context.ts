import {
  DigestMismatchError,
  NotAuthorizedError,
  NotInRegistryError,
  RegistryError,
  RegistryUnreachableError,
  UnsupportedManifestError,
} from '@kubewarden/registry';

const kinds = [
  DigestMismatchError,
  NotAuthorizedError,
  NotInRegistryError,
  RegistryUnreachableError,
  UnsupportedManifestError,
];

/** Says what was going on when the registry failed. The error keeps its class, by which callers decide. */
export async function withRegistryContext<Result>(
  context: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const Kind = kinds.find((kind) => error instanceof kind) ?? RegistryError;
    throw new Kind(`${context}: ${error.message}`, { cause: error });
  }
}
