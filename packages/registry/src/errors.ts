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

/** A location in an OCI registry, which this build cannot pull from. */
export class RegistryUnsupportedError extends Error {
  override readonly name = 'RegistryUnsupportedError';

  constructor(uri: string) {
    super(
      `policies in OCI registries are not supported by this build: ${uri}; use a file:// or https:// location`,
    );
  }
}
