/** How a policy looks in a registry: one Wasm layer, and a config that says nothing. */
export const policyMediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.wasm.config.v1+json',
  layer: 'application/vnd.wasm.content.layer.v1+wasm',
} as const;
