import { describe, expect, it } from 'vitest';
import { parsePolicyLocation } from './location.ts';
import { storePath } from './store.ts';

describe('parsePolicyLocation', () => {
  it.each([
    ['file:///tmp/policy.wasm', 'file:///tmp/policy.wasm'],
    ['file:/tmp/policy.wasm', 'file:///tmp/policy.wasm'],
    ['https://example.org:443/policy.wasm', 'https://example.org/policy.wasm'],
    [' http://localhost:8080/p.wasm ', 'http://localhost:8080/p.wasm'],
    ['registry://ghcr.io:443/p:v1', 'registry://ghcr.io:443/p:v1'],
    [
      'ghcr.io/kubewarden/policies/pod-privileged:v0.2.2',
      'registry://ghcr.io/kubewarden/policies/pod-privileged:v0.2.2',
    ],
    ['localhost:5000/p', 'registry://localhost:5000/p:latest'],
    ['registry://busybox:1.0', 'registry://docker.io/library/busybox:1.0'],
    ['opensuse/leap:15.3', 'registry://docker.io/opensuse/leap:15.3'],
    ['ghcr.io/p@sha256:abc', 'registry://ghcr.io/p@sha256:abc'],
  ])('reads %j as %j', (text, uri) => {
    expect(parsePolicyLocation(text).uri).toBe(uri);
  });

  it.each([
    ['ftp://example.org/policy.wasm', 'unknown scheme: ftp'],
    ['https://', 'invalid URL: https://'],
    ['registry://ghcr.io/../../etc/passwd', 'invalid URL: registry://ghcr.io/../../etc/passwd'],
    ['ghcr.io/a//b:v1', 'invalid URL: ghcr.io/a//b:v1'],
    ['', 'invalid URL: '],
  ])('refuses %j', (text, message) => {
    expect(() => parsePolicyLocation(text)).toThrow(message);
  });
});

describe('storePath', () => {
  it.each([
    [
      'registry://ghcr.io/kubewarden/pod-privileged:v0.2.2',
      '/store/registry/ghcr.io/kubewarden/pod-privileged:v0.2.2',
    ],
    ['localhost:5000/p', '/store/registry/localhost:5000/p:latest'],
    ['https://example.org/a/b/policy.wasm ', '/store/https/example.org/a/b/policy.wasm'],
    ['http://example.org:8080/../a.wasm', '/store/http/example.org:8080/a.wasm'],
    ['https://example.org/p.wasm?v=1/../../x', '/store/https/example.org/p.wasm?v=1%2F..%2F..%2Fx'],
  ])('keeps %j at %j', (text, path) => {
    const location = parsePolicyLocation(text);
    if (location.scheme === 'file') throw new Error('a file is never in the store');
    expect(storePath('/store', location)).toBe(path);
  });

  it('refuses a URL without a file name', () => {
    const location = parsePolicyLocation('https://example.org/a/');
    if (location.scheme !== 'https') throw new Error('unexpected scheme');
    expect(() => storePath('/store', location)).toThrow(
      'cannot retrieve path from uri: https://example.org/a/',
    );
  });
});
