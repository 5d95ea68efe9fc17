import { hostCapabilityPaths } from '@kubewarden/policy';

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

/** A `hostCapabilities` pattern that means nothing; the message is the original's. */
export class HostCapabilityPatternError extends Error {
  override readonly name = 'HostCapabilityPatternError';
}

/**
 * Parses the patterns of a `hostCapabilities` list: `*`, `oci/*`, `oci/v2/*`, `oci/v1/verify`.
 *
 * The list is processed in order, and a `*` settles the matter at once: what comes after it is not even looked
 * at, while a mistake before it is still an error. An empty list denies everything. A wildcard behind another
 * one (two levels of `*`), which the original accepts and never matches, is refused.
 *
 * @throws HostCapabilityPatternError for the first invalid pattern
 */
export function parseHostCapabilities(patterns: Iterable<string>): HostCapabilities {
  const prefixes = new Set<string>();
  const exact = new Set<string>();
  for (const given of patterns) {
    const pattern = given.trim();
    if (pattern === '') throw new HostCapabilityPatternError('invalid pattern: pattern must not be empty');
    if (pattern === '*') return { kind: 'allow-all' };
    checkWildcard(pattern, given);
    checkAgainstTree(pattern);
    if (pattern.endsWith('*')) prefixes.add(pattern.slice(0, -1));
    else exact.add(pattern);
  }
  if (prefixes.size === 0 && exact.size === 0) return { kind: 'deny-all' };
  return { kind: 'patterns', prefixes: [...prefixes].toSorted(), exact: [...exact].toSorted() };
}

/** The list as it is written in configuration: prefixes first, then complete paths, each sorted. */
export function hostCapabilityPatterns(capabilities: HostCapabilities): string[] {
  if (capabilities.kind === 'allow-all') return ['*'];
  if (capabilities.kind === 'deny-all') return [];
  return [...capabilities.prefixes.map((prefix) => `${prefix}*`), ...capabilities.exact];
}

/** The list as logs and messages show it: `[*]`, `[]`, `[oci/*, kubernetes/can_i]`. */
export function formatHostCapabilities(capabilities: HostCapabilities): string {
  return `[${hostCapabilityPatterns(capabilities).join(', ')}]`;
}

/**
 * @param path `{namespace}/{operation}`, for instance `oci/v1/verify`; need not be a known one
 */
export function isCapabilityAllowed(capabilities: HostCapabilities, path: string): boolean {
  if (capabilities.kind !== 'patterns') return capabilities.kind === 'allow-all';
  const { exact, prefixes } = capabilities;
  return exact.includes(path) || prefixes.some((prefix) => path.startsWith(prefix));
}

function checkWildcard(pattern: string, given: string): void {
  const wildcard = pattern.indexOf('*');
  if (wildcard === -1) return;
  if (wildcard !== pattern.length - 1 || pattern[wildcard - 1] !== '/') {
    throw new HostCapabilityPatternError(
      `invalid pattern "${given}": wildcard '*' must be the entire last path segment (e.g. 'oci/*'), ` +
        'not a partial match',
    );
  }
}

function checkAgainstTree(pattern: string): void {
  const segments = pattern.split('/');
  for (const [depth, segment] of segments.entries()) {
    const parent = segments
      .slice(0, depth)
      .map((name) => `${name}/`)
      .join('');
    const options = segmentsBelow(parent);
    if (segment === '*' && options.length > 0) return;
    if (!options.includes(segment)) {
      throw new HostCapabilityPatternError(
        `invalid pattern "${pattern}": unknown segment "${segment}", ` +
          `valid options at this level are: ${options.join(', ')}`,
      );
    }
  }
  if (segmentsBelow(`${pattern}/`).length > 0) {
    throw new HostCapabilityPatternError(
      `invalid pattern "${pattern}": not a complete capability path; ` +
        `use "${pattern}/*" to allow all capabilities under it`,
    );
  }
}

/** Names of the next level below `oci/`, `oci/v1/` or, for the empty string, of the first; sorted. */
function segmentsBelow(parent: string): string[] {
  const names = new Set<string>();
  for (const path of hostCapabilityPaths) {
    if (path.startsWith(parent)) names.add(path.slice(parent.length).split('/', 1)[0]!);
  }
  return [...names].toSorted();
}
