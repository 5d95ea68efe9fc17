/** A parsed `hostCapabilities` allow list. Survives a structured clone. */
export type HostCapabilities =
  | { readonly kind: 'allow-all' }
  | { readonly kind: 'deny-all' }
  | {
      readonly kind: 'patterns';
      /** `oci/`, `oci/v1/`, … */
      readonly prefixes: readonly string[];
      /** `oci/v1/verify`, … */
      readonly exact: readonly string[];
    };
