import { describe, expect, it } from 'vitest';
import { UnsupportedManifestError } from '../errors.ts';
import { decodeManifest } from './decode-manifest.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const descriptor = { mediaType: 'text/plain', digest, size: 3 };
const image = { schemaVersion: 2, config: descriptor, layers: [descriptor] };
const platform = { architecture: 'amd64', os: 'linux', 'os.features': ['x'], variant: 'v2' };
const index = { schemaVersion: 2, manifests: [{ ...descriptor, platform }, descriptor] };

const decode = (value: unknown) => decodeManifest(Buffer.from(JSON.stringify(value)));

describe('decodeManifest', () => {
  it('reads images and indexes', () => {
    const whole = {
      ...image,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'a/b',
      subject: { ...descriptor, urls: ['https://example.org'], annotations: { a: 'b' }, artifactType: 'c/d' },
      annotations: { ['__proto__']: 'kept', e: 'f' },
    };
    expect(decode(whole)).toEqual({ kind: 'image', manifest: whole });
    expect(decode({ ...image, annotations: null, subject: null })).toEqual({
      kind: 'image',
      manifest: image,
    });
    expect(decode(index)).toEqual({ kind: 'index', manifest: index });
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

  it('refuses what is no JSON', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('<html>'), Buffer.from([0x22, 0xff, 0x22])]) {
      expect(() => decodeManifest(bytes)).toThrow('the manifest is no JSON: ');
    }
  });
});
