/** A module that this host cannot or will not run. The message says why, for the person who chose the policy. */
export class PolicyModuleError extends Error {
  override readonly name = 'PolicyModuleError';
}
