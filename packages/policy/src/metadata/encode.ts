import { compareUtf8 } from '../json/strings.ts';
import type { Metadata } from './metadata.ts';

/**
 * The metadata as an object whose keys have the order, and the presence, of the original's encoding: for JSON
 * and for YAML.
 */
export function orderMetadata(metadata: Metadata): object {
  const { annotations } = metadata;
  const ordered = {
    protocolVersion: metadata.protocolVersion ?? null,
    rules: metadata.rules.map(({ apiGroups, apiVersions, resources, operations }) => ({
      apiGroups,
      apiVersions,
      resources,
      operations,
    })),
    annotations: annotations && sortKeys(annotations),
    mutating: metadata.mutating,
    backgroundAudit: metadata.backgroundAudit,
    executionMode: metadata.executionMode,
    policyType: metadata.policyType,
    contextAwareResources: metadata.contextAwareResources.map(({ apiVersion, kind }) => ({
      apiVersion,
      kind,
    })),
    hostCapabilities: metadata.hostCapabilities,
    minimumKubewardenVersion: metadata.minimumKubewardenVersion,
  };
  return Object.fromEntries(Object.entries(ordered).filter(([, value]) => value !== undefined));
}

/** The metadata as compact JSON, UTF-8: the content of the custom section. */
export function encodeMetadata(metadata: Metadata): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(orderMetadata(metadata)));
}

function sortKeys(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => compareUtf8(a, b)));
}
