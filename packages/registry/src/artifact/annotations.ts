import { annotationKeys, type Metadata } from '@kubewarden/policy';

/** An annotation that does not get into the manifest. */
export interface AnnotationWarning {
  readonly annotation: string;
  readonly message: string;
}

export interface PolicyAnnotations {
  /** Undefined where the manifest has none; not the same as an empty one, which changes the digest. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly warnings: readonly AnnotationWarning[];
}

const ociSource = 'org.opencontainers.image.source';

/**
 * The annotations that a policy's manifest gets from its metadata: values of one line, trimmed. The source is
 * also given under the name that registries know.
 */
export function policyAnnotations(metadata: Metadata | undefined): PolicyAnnotations {
  if (metadata?.annotations === undefined) return { warnings: [] };
  const kept = new Map<string, string>();
  const warnings: AnnotationWarning[] = [];
  for (const [annotation, value] of Object.entries(metadata.annotations)) {
    if (/\n[^]/.test(value)) {
      const message = 'annotation is a multi-line string, it will be removed from the OCI manifest';
      warnings.push({ annotation, message });
    } else {
      kept.set(annotation, value.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ''));
    }
  }
  const source = kept.get(annotationKeys.source);
  if (source !== undefined && !kept.has(ociSource)) kept.set(ociSource, source);
  return { annotations: Object.fromEntries(kept), warnings };
}
