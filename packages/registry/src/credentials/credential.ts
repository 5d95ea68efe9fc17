/** What to show a registry. An identity token is exchanged for access tokens (OAuth 2 refresh token). */
export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'identity-token'; readonly token: string };

/**
 * Finds the credentials for a registry, named as in image references (`docker.io`, `localhost:5000`);
 * `undefined` if there are none.
 */
export interface CredentialSource {
  (registry: string): Promise<Credential | undefined>;
  /** Where it looks, for messages. */
  readonly description?: string;
}
