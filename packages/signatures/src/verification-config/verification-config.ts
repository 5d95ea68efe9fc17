/** Key and value that the signed payload has to carry. */
export type RequiredAnnotations = Readonly<Record<string, string>>;

export interface PublicKeyRequirement {
  readonly kind: 'pubKey';
  /** Informative. */
  readonly owner?: string;
  /** PEM, SPKI. */
  readonly key: string;
  readonly annotations?: RequiredAnnotations;
}

export type Subject = { readonly equal: string } | { readonly urlPrefix: string };

export interface GenericIssuerRequirement {
  readonly kind: 'genericIssuer';
  readonly issuer: string;
  readonly subject: Subject;
  readonly annotations?: RequiredAnnotations;
}

export interface GithubActionRequirement {
  readonly kind: 'githubAction';
  readonly owner: string;
  readonly repo?: string;
  readonly annotations?: RequiredAnnotations;
}

/** Who has to have signed. */
export type SignatureRequirement = PublicKeyRequirement | GenericIssuerRequirement | GithubActionRequirement;

/** A `verification-config.yml` of version v1; at least one of both lists is there and demands something. */
export interface VerificationConfig {
  readonly allOf?: readonly SignatureRequirement[];
  readonly anyOf?: {
    /** At least 1. */
    readonly minimumMatches: number;
    readonly signatures: readonly SignatureRequirement[];
  };
}
