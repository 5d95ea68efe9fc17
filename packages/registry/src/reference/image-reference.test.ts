import { describe, expect, it } from 'vitest';
import { formatImageReference, parseImageReference } from './image-reference.ts';

const sha256 = `sha256:${'a'.repeat(64)}`;

describe('image references', () => {
  it.each([
    ['busybox', 'docker.io/library/busybox:latest'],
    ['opensuse/leap:15.3', 'docker.io/opensuse/leap:15.3'],
    ['index.docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['localhost/p', 'localhost/p:latest'],
    ['localhost:5000/a/b:v1', 'localhost:5000/a/b:v1'],
    ['Registry.Example.com/p', 'Registry.Example.com/p:latest'],
    [`ghcr.io/x@${sha256}`, `ghcr.io/x@${sha256}`],
    [`ghcr.io/x:v1@${sha256}`, `ghcr.io/x:v1@${sha256}`],
    [`x@sha512:${'b'.repeat(128)}`, `docker.io/library/x@sha512:${'b'.repeat(128)}`],
  ])('completes %s', (text, whole) => {
    expect(formatImageReference(parseImageReference(text))).toBe(whole);
  });

  it.each([
    ['', 'repository name must have at least one component'],
    ['ghcr.io/Upper', 'invalid reference format'],
    ['ghcr.io/../x', 'invalid reference format'],
    ['[::1]:5000/x', 'invalid reference format'],
    ['http://ghcr.io/x', 'invalid reference format'],
    ['ghcr.io/x:', 'invalid reference format'],
    [`x@md5:${'a'.repeat(32)}`, 'unsupported digest algorithm'],
    [`x@sha256:${'a'.repeat(40)}`, 'invalid checksum digest length'],
    [`ghcr.io/${'a'.repeat(256)}`, 'repository name must not be more than 255 characters'],
  ])('refuses %s', (text, message) => {
    expect(() => parseImageReference(text)).toThrow(message);
  });
});
