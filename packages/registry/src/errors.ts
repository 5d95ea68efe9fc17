/** A policy location that cannot be understood. */
export class PolicyLocationError extends Error {
  override readonly name = 'PolicyLocationError';
}

/** A `sources.yaml` that cannot be read or is wrong; the message names file and field. */
export class SourcesError extends Error {
  override readonly name = 'SourcesError';
}

/** A policy that cannot be obtained from where it is said to be. */
export class PolicyFetchError extends Error {
  override readonly name = 'PolicyFetchError';
}

/** What was fetched is no WebAssembly module. */
export class InvalidPolicyFileError extends Error {
  override readonly name = 'InvalidPolicyFileError';
}

/** A module that could not be written to its destination. */
export class PolicyStoreError extends Error {
  override readonly name = 'PolicyStoreError';
}

/** A policy that cannot be pushed. */
export class PolicyPushError extends Error {
  override readonly name = 'PolicyPushError';
}

/** An archive of policies that cannot be written, or is not accepted; the message names archive and entry. */
export class PolicyArchiveError extends Error {
  override readonly name = 'PolicyArchiveError';
}

/** A text that is no image reference. */
export class InvalidReferenceError extends Error {
  override readonly name = 'InvalidReferenceError';
}

/** A registry that did not do what was asked; the base of what a registry client throws. */
export class RegistryError extends Error {
  override readonly name: string = 'RegistryError';
}

/** No connection, or one that broke: the registry did not finish what it had to say, so nothing is known. */
export class RegistryUnreachableError extends RegistryError {
  override readonly name = 'RegistryUnreachableError';
}

/** The registry refuses access with the credentials that were found, or without any. */
export class NotAuthorizedError extends RegistryError {
  override readonly name = 'NotAuthorizedError';
}

/** The registry says that there is no such manifest, blob or repository (HTTP status 404). */
export class NotInRegistryError extends RegistryError {
  override readonly name = 'NotInRegistryError';
}

/** What the registry sent is not what its digest says. */
export class DigestMismatchError extends RegistryError {
  override readonly name = 'DigestMismatchError';
}

/** A manifest that is none, is too large, or is not of a kind that can be used here. */
export class UnsupportedManifestError extends RegistryError {
  override readonly name = 'UnsupportedManifestError';
}
