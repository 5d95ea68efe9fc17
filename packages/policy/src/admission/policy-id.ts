/** Names a policy or a policy group, or, with `group`, a member of a policy group. */
export interface PolicyId {
  readonly group?: string;
  readonly name: string;
}

export class PolicyIdError extends Error {
  override readonly name = 'PolicyIdError';

  constructor(text: string) {
    super(`Not a valid Policy ID: ${text}`);
  }
}

/**
 * Parses `name` or `group/member`.
 *
 * @throws PolicyIdError if the text is empty or has more than one slash
 */
export function parsePolicyId(text: string): PolicyId {
  const [first, second, ...more] = text.split('/') as [string, string?, ...string[]];
  if (text === '' || more.length > 0) throw new PolicyIdError(text);
  return second === undefined ? { name: first } : { group: first, name: second };
}

/** The inverse of {@link parsePolicyId}. */
export function formatPolicyId({ group, name }: PolicyId): string {
  return group === undefined ? name : `${group}/${name}`;
}
