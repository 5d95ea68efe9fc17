import type { Metadata, Rule } from './metadata.ts';

/** A rule that metadata breaks. */
export interface MetadataProblem {
  /** Dotted path: `rules[0].resources`. */
  readonly path: string;
  readonly message: string;
}

/**
 * Checks what an author writes, before a module is annotated with it.
 *
 * @returns all problems, in document order; none for valid metadata
 */
export function validateMetadata(metadata: Metadata): MetadataProblem[] {
  const problems: MetadataProblem[] = [];
  const report = (path: string, message: string | undefined): void => {
    if (message !== undefined) problems.push({ path, message });
  };
  if (metadata.protocolVersion === undefined) {
    report('protocolVersion', 'a protocol version is required');
  } else if (metadata.protocolVersion === 'Unknown' && metadata.executionMode === 'kubewarden-wapc') {
    report('protocolVersion', 'Must specify a valid protocol version');
  }
  for (const [index, rule] of metadata.rules.entries()) {
    for (const field of ['apiGroups', 'apiVersions', 'resources', 'operations'] as const) {
      report(`rules[${index}].${field}`, ruleProblem(field, rule[field]));
    }
  }
  for (const [index, resource] of metadata.contextAwareResources.entries()) {
    for (const field of ['apiVersion', 'kind'] as const) {
      if (resource[field] === '') report(`contextAwareResources[${index}].${field}`, 'must not be empty');
    }
  }
  return problems;
}

function ruleProblem(field: keyof Rule, values: readonly string[]): string | undefined {
  if (values.length === 0) return 'must have at least one element';
  if (field === 'resources') return resourcesProblem(values);
  return values.length > 1 && values.includes('*')
    ? "No other elements can be defined when '*' is used"
    : undefined;
}

/**
 * The rules of Kubernetes' webhook validation. Like there, a wildcard on one side of the slash excludes only
 * what comes after it in the list; a `*` excludes plain resources wherever they stand.
 */
function resourcesProblem(resources: readonly string[]): string | undefined {
  const withAnySubresource = new Set<string>();
  const ofAnyResource = new Set<string>();
  for (const entry of resources) {
    if (entry === '') return 'empty resource is not allowed';
    const slash = entry.indexOf('/');
    if (slash < 0) continue;
    const resource = entry.slice(0, slash);
    const subresource = entry.slice(slash + 1);
    if (withAnySubresource.has(resource)) return `if '${resource}/*' is present, must not specify ${entry}`;
    if (ofAnyResource.has(subresource)) return `if '*/${subresource}' is present, must not specify ${entry}`;
    if (subresource === '*') withAnySubresource.add(resource);
    if (resource === '*') ofAnyResource.add(subresource);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    return "if '*/*' is present, must not specify other resources";
  }
  if (resources.includes('*') && resources.some((entry) => entry !== '*' && !entry.includes('/'))) {
    return "if '*' is present, must not specify other resources without subresources";
  }
  return undefined;
}
