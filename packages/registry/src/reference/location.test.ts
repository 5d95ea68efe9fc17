import { describe, expect, it } from 'vitest';
import { parsePolicyLocation } from './location.ts';

const sha256 = `sha256:${'a'.repeat(64)}`;

describe('parsePolicyLocation', () => {
  it.each([
    ['file:///tmp/policy.wasm', 'file:///tmp/policy.wasm'],
    ['file:/tmp/policy.wasm', 'file:///tmp/policy.wasm'],
    ['https://example.org:443/policy.wasm', 'https://example.org/policy.wasm'],
    ['HTTPS://Example.ORG/Policy.wasm', 'https://example.org/Policy.wasm'],
    [' http://localhost:8080/p.wasm ', 'http://localhost:8080/p.wasm'],
    ['https://example.org/a/../../b c.wasm', 'https://example.org/b%20c.wasm'],
    ['https://user:secret@example.org/p.wasm', 'https://example.org/p.wasm'],
    ['registry://ghcr.io:443/p:v1', 'registry://ghcr.io:443/p:v1'],
    ['registry://ghcr.io:0443/p:v1', 'registry://ghcr.io:443/p:v1'],
    ['registry://Ghcr.io/p:V1 ', 'registry://Ghcr.io/p:V1'],
    ['REGISTRY://ghcr.io/p:v1', 'registry://ghcr.io/p:v1'],
    ['registry://ghcr.io/p', 'registry://ghcr.io/p:latest'],
    ['registry://ghcr.io/a/../b:v1', 'registry://ghcr.io/b:v1'],
    ['registry://ghcr.io/../../etc/passwd', 'registry://ghcr.io/etc/passwd:latest'],
    ['ghcr.io/acme/policies/demo:v0.2.2', 'registry://ghcr.io/acme/policies/demo:v0.2.2'],
    ['ghcr.io:443/p', 'registry://ghcr.io:443/p:latest'],
    ['localhost:5000/p:v1', 'registry://localhost:5000/p:v1'],
    ['localhost:5000/p', 'registry://localhost:5000/p:latest'],
    ['registry://busybox', 'registry://docker.io/library/busybox:latest'],
    ['registry://busybox:1.0', 'registry://docker.io/library/busybox:1.0'],
    [`registry://busybox@${sha256}`, `registry://docker.io/library/busybox@${sha256}`],
    ['opensuse/leap:15.3', 'registry://docker.io/opensuse/leap:15.3'],
    [`ghcr.io/p@${sha256}`, `registry://ghcr.io/p@${sha256}`],
    [`ghcr.io/p:v1@${sha256}`, `registry://ghcr.io/p:v1@${sha256}`],
  ])('reads %j as %j', (text, uri) => {
    const location = parsePolicyLocation(text);
    expect(location.uri).toBe(uri);
    expect(parsePolicyLocation(uri)).toMatchObject({ scheme: location.scheme, uri });
  });

  it.each([
    ['ftp://example.org/policy.wasm', 'unknown scheme: ftp'],
    ['https://', 'invalid URL: https://'],
    ['https://user:secret@example.org:port/p.wasm', 'invalid URL: https://example.org:port/p.wasm'],
    ['registry://', 'invalid URL: registry://'],
    ['registry:ghcr.io/p', 'invalid URL: registry:ghcr.io/p'],
    ['registry://ghcr.io:99999/p', 'invalid URL: registry://ghcr.io:99999/p'],
    ['ghcr.io/a//b:v1', 'Invalid OCI image reference: invalid reference format'],
    ['ghcr.io/a%2F..%2Fb', 'Invalid OCI image reference: invalid reference format'],
    ['ghcr.io/a b', 'Invalid OCI image reference: invalid reference format'],
    ['ghcr.io/p?v=1', 'Invalid OCI image reference: invalid reference format'],
    ['[::1]:5000/p', 'Invalid OCI image reference: invalid reference format'],
    ['ghcr.io/p@sha256:abc', 'Invalid OCI image reference: invalid reference format'],
    ['', 'invalid URL: '],
  ])('refuses %j', (text, message) => {
    expect(() => parsePolicyLocation(text)).toThrow(expect.objectContaining({ message }));
  });

  it('keeps the credentials of a URL for the request alone', () => {
    const location = parsePolicyLocation('https://user:secret@example.org:8443/p.wasm');
    expect(location).toMatchObject({ scheme: 'https', authority: 'example.org:8443' });
    expect(location.scheme === 'https' && location.url.password).toBe('secret');
  });
});
