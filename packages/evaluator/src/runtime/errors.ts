/**
 * A module that cannot be brought to the point where it takes reviews: it does not link, lacks an export, or fails
 * while it is initialised.
 */
export class PolicyInitializationError extends Error {
  override readonly name = 'PolicyInitializationError';
}

/** `protocol_version` failed, or the policy has none. */
export class ProtocolVersionError extends Error {
  override readonly name = 'ProtocolVersionError';
}
