import type { ContextAwareResource } from '@kubewarden/policy';

/**
 * What a policy asks of its host, after authorisation and decoding.
 *
 * Names and fields are those of the original's internal requests, since they are also what
 * `kwctl run --record-host-capabilities-interactions` writes: do not rename.
 */
export type HostRequest =
  | { readonly type: 'OciManifestDigest'; readonly image: string }
  | { readonly type: 'OciManifest'; readonly image: string }
  | { readonly type: 'OciManifestAndConfig'; readonly image: string }
  | {
      readonly type: 'SigstorePubKeyVerify';
      readonly image: string;
      readonly pub_keys: readonly string[];
      readonly annotations?: SignatureAnnotations;
    }
  | {
      readonly type: 'SigstoreKeylessVerify';
      readonly image: string;
      readonly keyless: readonly { readonly issuer: string; readonly subject: string }[];
      readonly annotations?: SignatureAnnotations;
    }
  | {
      readonly type: 'SigstoreKeylessPrefixVerify';
      readonly image: string;
      readonly keyless_prefix: readonly { readonly issuer: string; readonly url_prefix: string }[];
      readonly annotations?: SignatureAnnotations;
    }
  | {
      readonly type: 'SigstoreGithubActionsVerify';
      readonly image: string;
      readonly owner: string;
      readonly repo?: string;
      readonly annotations?: SignatureAnnotations;
    }
  | {
      readonly type: 'SigstoreCertificateVerify';
      readonly image: string;
      /** PEM or DER bytes. */
      readonly certificate: readonly number[];
      readonly certificate_chain?: readonly (readonly number[])[];
      readonly require_rekor_bundle: boolean;
      readonly annotations?: SignatureAnnotations;
    }
  | { readonly type: 'DNSLookupHost'; readonly host: string }
  | { readonly type: 'CryptoIsCertificateTrusted'; readonly request: CertificateVerificationRequest }
  | ({ readonly type: 'KubernetesListResourceNamespace'; readonly namespace: string } & KubernetesListQuery)
  | ({ readonly type: 'KubernetesListResourceAll' } & KubernetesListQuery)
  | {
      readonly type: 'KubernetesGetResource';
      readonly api_version: string;
      readonly kind: string;
      readonly name: string;
      readonly namespace?: string;
      readonly disable_cache: boolean;
      /** Dot-separated paths; a set, so order has no meaning. */
      readonly field_masks?: readonly string[];
    }
  | { readonly type: 'KubernetesGetResourcePluralName'; readonly api_version: string; readonly kind: string }
  | ({
      readonly type: 'HasKubernetesListResourceAllResultChangedSinceInstant';
      /** Time passed since the instant in question. */
      readonly since: { readonly secs: number; readonly nanos: number };
    } & KubernetesListQuery)
  | {
      readonly type: 'KubernetesCanI';
      readonly request: SubjectAccessReview;
      readonly disable_cache: boolean;
    }
  | {
      readonly type: 'CacheSet';
      readonly key: string;
      /** Bytes. */
      readonly value: readonly number[];
      /** Seconds, more than 0. */
      readonly ttl: number;
    }
  | { readonly type: 'CacheGet'; readonly key: string };

export type HostRequestType = HostRequest['type'];

export type SignatureAnnotations = Readonly<Record<string, string>>;

export interface KubernetesListQuery {
  readonly api_version: string;
  readonly kind: string;
  readonly label_selector?: string;
  readonly field_selector?: string;
  /** Dot-separated paths; a set, so order has no meaning. */
  readonly field_masks?: readonly string[];
}

export interface Certificate {
  readonly encoding: 'Pem' | 'Der';
  readonly data: readonly number[];
}

export interface CertificateVerificationRequest {
  readonly cert: Certificate;
  /** Intermediates first, root last; absent means the Mozilla roots. */
  readonly cert_chain?: readonly Certificate[];
  /** RFC 3339; absent means now. */
  readonly not_after?: string;
}

export interface SubjectAccessReview {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly resource_attributes: {
    readonly verb: string;
    readonly resource: string;
    readonly group?: string;
    readonly name?: string;
    readonly namespace?: string;
    readonly subresource?: string;
    readonly version?: string;
  };
}

/** Who asks; permissions were checked before. */
export interface HostCaller {
  readonly policyId: string;
}

/**
 * Answers an authorised request with the bytes that the guest gets (JSON, UTF-8).
 *
 * An answer that is at hand is returned as it is; anything that needs I/O is a promise. Failures are thrown as
 * {@link HostCallError}, whose message reaches the guest.
 */
export type HostAnswerer = (request: HostRequest, caller: HostCaller) => Uint8Array | Promise<Uint8Array>;

export type { ContextAwareResource };
