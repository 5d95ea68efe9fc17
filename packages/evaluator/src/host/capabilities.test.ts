import { describe, expect, it } from 'vitest';
import {
  formatHostCapabilities,
  HostCapabilityPatternError,
  hostCapabilityPatterns,
  isCapabilityAllowed,
  parseHostCapabilities,
} from './capabilities.ts';

const wildcard = (pattern: string): string =>
  `invalid pattern "${pattern}": wildcard '*' must be the entire last path segment (e.g. 'oci/*'), not a partial match`;
const unknown = (pattern: string, segment: string, options: string): string =>
  `invalid pattern "${pattern}": unknown segment "${segment}", valid options at this level are: ${options}`;
const incomplete = (pattern: string): string =>
  `invalid pattern "${pattern}": not a complete capability path; use "${pattern}/*" to allow all capabilities under it`;
const roots = 'cache, crypto, kubernetes, net, oci';

describe('hostCapabilities', () => {
  it.each([
    [[], 'oci/v1/verify', false],
    [['*'], 'oci/v1/verify', true],
    [['*'], 'no/such/thing', true],
    [['oci/v1/verify'], 'oci/v1/verify', true],
    [['oci/v1/verify'], 'oci/v2/verify', false],
    [['oci/v1/verify'], 'oci/v1/verify_more', false],
    [['oci/*'], 'oci/v2/verify', true],
    [['oci/*'], 'oci/anything', true],
    [['oci/*'], 'net/v1/dns_lookup_host', false],
    [['oci/*'], 'oci', false],
    [['oci/v2/*'], 'oci/v2/verify', true],
    [['oci/v2/*'], 'oci/v1/verify', false],
    [[' net/* ', 'kubernetes/can_i'], 'net/v1/dns_lookup_host', true],
    [['net/*', 'kubernetes/can_i'], 'kubernetes/can_i', true],
    [['net/*', 'kubernetes/can_i'], 'kubernetes/get_resource', false],
    [['cache/get'], 'cache/get', true],
    [['cache/get'], 'cache/set', false],
    // The first `*` settles it, and nothing after it is looked at.
    [['oci/v1/verify', '*', 'nonsense'], 'crypto/v1/is_certificate_trusted', true],
  ])('%j: %s is allowed: %s', (patterns, path, allowed) => {
    expect(isCapabilityAllowed(parseHostCapabilities(patterns), path)).toBe(allowed);
  });

  it.each([
    [[''], 'invalid pattern: pattern must not be empty'],
    [['oci/*', ' \t'], 'invalid pattern: pattern must not be empty'],
    [['oci*'], wildcard('oci*')],
    [['oci/v1/oci_*'], wildcard('oci/v1/oci_*')],
    [['*/oci'], wildcard('*/oci')],
    [['oci/**'], wildcard('oci/**')],
    // The original accepts these two, and they never match anything.
    [['oci/*/*'], wildcard('oci/*/*')],
    [['*/*'], wildcard('*/*')],
    [['unknown/v1/op'], unknown('unknown/v1/op', 'unknown', roots)],
    [['unknown/*'], unknown('unknown/*', 'unknown', roots)],
    [['oci/v99/verify'], unknown('oci/v99/verify', 'v99', 'v1, v2')],
    [['oci/v99/*'], unknown('oci/v99/*', 'v99', 'v1, v2')],
    [
      ['oci/v1/nonexistent'],
      unknown(
        'oci/v1/nonexistent',
        'nonexistent',
        'manifest_digest, oci_manifest, oci_manifest_config, verify',
      ),
    ],
    [
      ['kubernetes/nope'],
      unknown(
        'kubernetes/nope',
        'nope',
        'can_i, get_resource, list_resources_all, list_resources_by_namespace',
      ),
    ],
    [['oci/v1/verify/*'], unknown('oci/v1/verify/*', '*', '')],
    [['oci/v1/verify/more'], unknown('oci/v1/verify/more', 'more', '')],
    [['oci'], incomplete('oci')],
    [['oci/v1'], incomplete('oci/v1')],
    [['net'], incomplete('net')],
    [['kubernetes'], incomplete('kubernetes')],
    // A mistake before the `*` is still one.
    [['oci', '*'], incomplete('oci')],
  ])('%j is refused', (patterns, message) => {
    expect(() => parseHostCapabilities(patterns)).toThrow(new HostCapabilityPatternError(message));
  });

  it('are shown as they can be written', () => {
    expect(formatHostCapabilities(parseHostCapabilities(['*']))).toBe('[*]');
    expect(formatHostCapabilities(parseHostCapabilities([]))).toBe('[]');
    const mixed = parseHostCapabilities(['kubernetes/can_i', 'oci/v2/*', 'net/*', 'net/*', 'cache/get']);
    expect(formatHostCapabilities(mixed)).toBe('[net/*, oci/v2/*, cache/get, kubernetes/can_i]');
    expect(parseHostCapabilities(hostCapabilityPatterns(mixed))).toEqual(mixed);
  });
});
