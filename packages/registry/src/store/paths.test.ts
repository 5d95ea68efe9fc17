import { join, normalize, relative, sep } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PolicyLocationError } from '../errors.ts';
import { type PolicyLocation, parsePolicyLocation } from '../reference/location.ts';
import { fileName, storePath, storedUri } from './paths.ts';

const sha256 = `sha256:${'0a'.repeat(32)}`;
const root = join(sep, 'store');

function remote(text: string): Exclude<PolicyLocation, { scheme: 'file' }> {
  const location = parsePolicyLocation(text);
  if (location.scheme === 'file') throw new PolicyLocationError('a file is never in the store');
  return location;
}

describe('paths of the store', () => {
  it.each([
    ['http://example.org/a/b/policy.wasm', 'http/example.org/a/b/policy.wasm'],
    ['http://example.org:1234/policy.wasm', 'http/example.org:1234/policy.wasm'],
    ['https://example.org/a/b/policy.wasm ', 'https/example.org/a/b/policy.wasm'],
    ['https://Example.org:443/policy.wasm', 'https/example.org/policy.wasm'],
    ['https://example.org:1234/policy.wasm', 'https/example.org:1234/policy.wasm'],
    ['https://example.org//a//policy.wasm', 'https/example.org/a/policy.wasm'],
    ['https://example.org/a%2F..%2F..%2Fpolicy.wasm', 'https/example.org/a%2F..%2F..%2Fpolicy.wasm'],
    ['http://example.org:8080/../a.wasm', 'http/example.org:8080/a.wasm'],
    ['https://example.org/p.wasm?v=1/../../x', 'https/example.org/p.wasm?v=1%2F..%2F..%2Fx'],
    ['registry://ghcr.io/acme/demo:v0.2.2 ', 'registry/ghcr.io/acme/demo:v0.2.2'],
    ['registry://Ghcr.io:443/acme/demo:v0.2.2', 'registry/Ghcr.io:443/acme/demo:v0.2.2'],
    ['localhost:5000/p', 'registry/localhost:5000/p:latest'],
    ['registry://busybox', 'registry/docker.io/library/busybox:latest'],
    [`ghcr.io/acme/demo@${sha256}`, `registry/ghcr.io/acme/demo@${sha256}`],
    [`ghcr.io/acme/demo:v1@${sha256}`, `registry/ghcr.io/acme/demo:v1@${sha256}`],
    [`ghcr.io/acme/demo:latest@${sha256}`, `registry/ghcr.io/acme/demo:latest@${sha256}`],
  ])('%j is kept at %j', (text, path) => {
    expect(storePath(root, remote(text), 'linux')).toBe(join(root, path));
    expect(remote(storedUri(root, join(root, path), 'linux')).uri).toBe(
      storedUri(root, join(root, path), 'linux'),
    );
  });

  it('are encoded on Windows', () => {
    const path = storePath(root, remote('ghcr.io/acme/demo:v1'), 'win32');
    expect(path).toBe(join(root, 'registry/Z2hjci5pbw/YWNtZQ/ZGVtbzp2MQ'));
    expect(storedUri(root, path, 'win32')).toBe('registry://ghcr.io/acme/demo:v1');
  });

  it('refuses a URL without a file name', () => {
    for (const uri of ['https://example.org/a/', 'https://example.org/']) {
      const message = `cannot retrieve path from uri: ${uri}`;
      expect(() => storePath(root, remote(uri))).toThrow(message);
      expect(() => fileName(remote(uri))).toThrow(message);
    }
  });

  it('refuses a host that would be another folder', () => {
    expect(() => storePath(root, remote('http://../etc/passwd'))).toThrow(
      'invalid URL: http://../etc/passwd',
    );
  });

  it.each([
    ['https://example.org/a/policy.wasm?v=1', 'policy.wasm'],
    ['ghcr.io/acme/demo', 'demo:latest'],
    [`ghcr.io/acme/demo@${sha256}`, `demo@${sha256}`],
  ])('the file of %s is called %s', (text, name) => {
    expect(fileName(remote(text))).toBe(name);
  });

  it('never leave the root, and lead back to the same path', () => {
    const hostile = fc.oneof(
      fc.constantFrom('..', '.', '/', '//', '%2e%2e', '%2F', '\\', ':', '@', '?', '#', '~', '\0', ' ', '\n'),
      fc.string({ maxLength: 5 }),
    );
    const host = fc.constantFrom('ghcr.io', 'localhost:5000', 'a/..', '..', '[::1]', 'user:pw@h');
    const prefix = fc.constantFrom('registry://', 'https://', 'http://', 'https:', '');
    fc.assert(
      fc.property(prefix, host, fc.array(hostile, { maxLength: 8 }), (scheme, authority, parts) => {
        let path: string;
        try {
          path = storePath(root, remote(`${scheme}${authority}/${parts.join('')}`), 'linux');
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyLocationError);
          return;
        }
        expect(path).toBe(normalize(path));
        const components = relative(root, path).split(sep);
        expect(['http', 'https', 'registry']).toContain(components[0]);
        expect(components.length).toBeGreaterThanOrEqual(3);
        expect(components).not.toContain('..');
        expect(storePath(root, remote(storedUri(root, path, 'linux')), 'linux')).toBe(path);
      }),
      { numRuns: 2000 },
    );
  });
});
