import type {
  Descriptor,
  FetchedManifest,
  ImageIndex,
  ImageManifest,
  IndexEntry,
  Platform,
} from '@kubewarden/registry';

/**
 * What guests see of a manifest: the fields that the original knows, in its order, and nothing else. Absent ones
 * are left out (evaluator.md 4.5).
 */
export function manifestJson(fetched: FetchedManifest): object {
  return fetched.kind === 'image' ? imageManifestJson(fetched.manifest) : imageIndexJson(fetched.manifest);
}

export function imageManifestJson(manifest: ImageManifest): object {
  return {
    schemaVersion: manifest.schemaVersion,
    mediaType: manifest.mediaType,
    config: descriptorJson(manifest.config),
    layers: manifest.layers.map(descriptorJson),
    subject: manifest.subject && descriptorJson(manifest.subject),
    artifactType: manifest.artifactType,
    annotations: sorted(manifest.annotations),
  };
}

function imageIndexJson(index: ImageIndex): object {
  return {
    schemaVersion: index.schemaVersion,
    mediaType: index.mediaType,
    manifests: index.manifests.map(indexEntryJson),
    artifactType: index.artifactType,
    annotations: sorted(index.annotations),
  };
}

function descriptorJson(descriptor: Descriptor): object {
  return {
    mediaType: descriptor.mediaType,
    digest: descriptor.digest,
    size: descriptor.size,
    urls: descriptor.urls,
    annotations: sorted(descriptor.annotations),
    artifactType: descriptor.artifactType,
  };
}

function indexEntryJson(entry: IndexEntry): object {
  return { ...descriptorJson(entry), platform: entry.platform && platformJson(entry.platform) };
}

function platformJson(platform: Platform): object {
  return {
    architecture: platform.architecture,
    os: platform.os,
    'os.version': platform['os.version'],
    'os.features': platform['os.features'],
    variant: platform.variant,
    features: platform.features,
  };
}

/** By name, as the original keeps them, and safe for names such as `__proto__`. */
function sorted(
  annotations: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  if (annotations === undefined) return undefined;
  const byName = Object.entries(annotations).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(byName);
}
