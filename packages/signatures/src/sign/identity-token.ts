import { SigningError } from '../errors.ts';

/**
 * What an identity token (JWT) says of its bearer, as Fulcio will understand it; the signature of the token is
 * Fulcio's to check.
 *
 * @throws SigningError that does not quote the token
 */
export function readIdentityToken(token: string): { readonly subject: string } {
  const claims = decodeClaims(token);
  const { email, email_verified, sub } = claims;
  if (typeof email === 'string' && email !== '') {
    if (email_verified !== true && email_verified !== 'true') {
      throw new SigningError('the identity token names an email address that its issuer has not verified');
    }
    return { subject: email };
  }
  if (typeof sub === 'string' && sub !== '') return { subject: sub };
  throw new SigningError('the identity token names no subject');
}

function decodeClaims(token: string): Readonly<Record<string, unknown>> {
  const parts = token.split('.');
  if (parts.length === 3) {
    try {
      const claims: unknown = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString());
      if (typeof claims === 'object' && claims !== null) return claims as Record<string, unknown>;
    } catch {
      // Falls through: neither the text nor the parser's message, which quotes it, is for others to see.
    }
  }
  throw new SigningError('the identity token is no JSON Web Token');
}
