/** Why no policy was created, and what to do instead; nothing was written. */
export class CreatePolicyError extends Error {
  override readonly name = 'CreatePolicyError';
}
