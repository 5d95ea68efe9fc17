import { describe, expect, it } from 'vitest';
import { UnsupportedManifestError } from '../errors.ts';
import { decodeManifest } from './decode-manifest.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const descriptor = { mediaType: 'text/plain', digest, size: 3 };
const image = { schemaVersion: 2, config: descriptor, layers: [descriptor] };
const platform = { architecture: 'amd64', os: 'linux', 'os.features': ['x'], variant: 'v2' };
const index = { schemaVersion: 2, manifests: [{ ...descriptor, platform }, descriptor] };

const decode = (value: unknown, contentType?: string) =>
  decodeManifest(Buffer.from(JSON.stringify(value)), contentType);
const typeOf = (value: unknown, contentType?: string): string => decode(value, contentType).mediaType;

describe('decodeManifest', () => {
  it('reads images and indexes', () => {
    const whole = {
      ...image,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'a/b',
      subject: { ...descriptor, urls: ['https://example.org'], annotations: { a: 'b' }, artifactType: 'c/d' },
      annotations: { ['__proto__']: 'kept', e: 'f' },
    };
    expect(decode(whole)).toEqual({ kind: 'image', mediaType: whole.mediaType, manifest: whole });
    const withNulls = { ...image, annotations: null, subject: null, manifests: null };
    expect(decode(withNulls)).toMatchObject({ kind: 'image', manifest: image });
    expect(decode(index)).toMatchObject({ kind: 'index', manifest: index });
  });

  it('calls them what they call themselves, else what the registry does, if that can be', () => {
    const docker = 'application/vnd.docker.distribution.manifest.v2+json';
    const list = 'application/vnd.docker.distribution.manifest.list.v2+json';
    expect(typeOf({ ...image, mediaType: docker }, 'text/plain')).toBe(docker);
    expect(typeOf(image, `${docker}; charset=utf-8`)).toBe(docker);
    expect(typeOf(image, list)).toBe('application/vnd.oci.image.manifest.v1+json');
    expect(typeOf(index, 'text/plain')).toBe('application/vnd.oci.image.index.v1+json');
    expect(typeOf(index, list)).toBe(list);
  });

  it.each([
    ['an old schema', { ...image, schemaVersion: 1 }, 'Unsupported schema version: 1'],
    ['no object', [], 'the manifest is no JSON object'],
    ['another media type', { ...image, mediaType: 'text/html' }, 'Unsupported media type: text/html'],
    ['nothing', { schemaVersion: 2 }, 'it is neither the manifest of an image nor an index'],
    ['both', { ...image, ...index }, 'it is neither the manifest of an image nor an index'],
    [
      'one that is declared to be the other',
      { ...index, mediaType: 'application/vnd.oci.image.manifest.v1+json' },
      'it is neither the manifest of an image nor an index',
    ],
    ['no config', { schemaVersion: 2, layers: [] }, 'config must be an object'],
    ['layers that are none', { ...image, layers: {} }, 'layers must be a list'],
    ['a layer that is none', { ...image, layers: [descriptor, 1] }, 'layers[1] must be an object'],
    [
      'a bad digest',
      { ...image, config: { ...descriptor, digest: '../x' } },
      'config.digest must be a digest',
    ],
    ['a bad size', { ...image, config: { ...descriptor, size: -1 } }, 'config.size must be a size'],
    ['a bad annotation', { ...image, annotations: { a: 1 } }, 'annotations.a must be a text'],
    ['a bad platform', { ...index, manifests: [{ ...descriptor, platform: {} }] }, 'platform.architecture'],
  ])('refuses %s', (_what, value, message) => {
    expect(() => decode(value)).toThrow(UnsupportedManifestError);
    expect(() => decode(value)).toThrow(message);
  });

  it('repeats nothing that could drive a terminal', () => {
    const evil = '\u001b[31m\u202e';
    for (const value of [
      { ...image, mediaType: evil },
      { ...image, annotations: { [evil]: 1 } },
      { ...image, schemaVersion: evil },
    ]) {
      // oxlint-disable-next-line no-control-regex
      expect(() => decode(value)).toThrow(/^[^\u001b\u202e]+$/);
    }
    // oxlint-disable-next-line no-control-regex
    expect(() => decodeManifest(Buffer.from(`{${evil}`))).toThrow(/^[^\u001b\u202e]+$/);
  });

  it('refuses what is no JSON', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('<html>'), Buffer.from([0x22, 0xff, 0x22])]) {
      expect(() => decodeManifest(bytes)).toThrow('the manifest is no JSON: ');
    }
  });
});
