import { createHash } from 'node:crypto';
import { defaultMetadata } from '@kubewarden/policy';
import { describe, expect, it } from 'vitest';
import { UnsupportedManifestError } from '../errors.ts';
import type { Descriptor } from '../oci/manifest.ts';
import { policyAnnotations } from './annotations.ts';
import { policyMediaTypes } from './media-types.ts';
import { olpcCanonicalJson } from './olpc-canonical-json.ts';
import { policyLayer } from './policy-layer.ts';
import { emptyConfig, encodePolicyManifest } from './policy-manifest.ts';

const layer: Descriptor = { mediaType: policyMediaTypes.layer, digest: `sha256:${'a'.repeat(64)}`, size: 10 };
const config: Descriptor = { mediaType: policyMediaTypes.config, digest: emptyConfig.digest, size: 2 };

const annotationsOf = (annotations: Record<string, string>) =>
  policyAnnotations({ ...defaultMetadata, annotations });

function manifestText(annotations?: Record<string, string>): string {
  return Buffer.from(encodePolicyManifest(layer, annotations)).toString();
}

describe('policyAnnotations', () => {
  it('keeps trimmed values of one line and tells of the others', () => {
    expect(
      annotationsOf({
        'io.kubewarden.policy.title': ' demo \n',
        'io.kubewarden.policy.usage': '# Title\n\nText',
        'io.kubewarden.policy.description': 'one\n\n',
        carriage: 'one\rtwo',
        empty: '',
      }),
    ).toEqual({
      annotations: { 'io.kubewarden.policy.title': 'demo', carriage: 'one\rtwo', empty: '' },
      warnings: ['io.kubewarden.policy.usage', 'io.kubewarden.policy.description'].map((annotation) => ({
        annotation,
        message: 'annotation is a multi-line string, it will be removed from the OCI manifest',
      })),
    });
  });

  it('gives the source under the name that registries know, unless it is there', () => {
    const source = { 'io.kubewarden.policy.source': 'https://example.org/a ' };
    const ociSource = 'org.opencontainers.image.source';
    expect(annotationsOf(source).annotations).toHaveProperty([ociSource], 'https://example.org/a');
    expect(annotationsOf({ ...source, [ociSource]: 'b' }).annotations).toHaveProperty([ociSource], 'b');
    expect(annotationsOf({ 'io.kubewarden.policy.source': 'a\nb' }).annotations).toEqual({});
  });

  it('tells none from an empty set of them', () => {
    const { annotations, ...without } = defaultMetadata;
    expect(policyAnnotations(undefined)).toEqual({ warnings: [] });
    expect(policyAnnotations(without)).toEqual({ warnings: [] });
    expect(policyAnnotations({ ...without, annotations: annotations! })).toEqual({
      annotations: {},
      warnings: [],
    });
  });
});

describe('olpcCanonicalJson', () => {
  it('sorts by code point, normalises and escapes next to nothing', () => {
    const value = {
      '\u{1f600}': 1,
      '\uffff': 2,
      b: ['"\\/', 'e\u0301'],
      a: {},
      tab: '\t',
      del: '\u007f\u2028',
    };
    expect(olpcCanonicalJson(value)).toBe(
      '{"a":{},"b":["\\"\\\\/","\u00e9"],"del":"\u007f\u2028","tab":"\\t","\uffff":2,"\u{1f600}":1}',
    );
  });

  it('has no fractions', () => {
    expect(() => olpcCanonicalJson(1.5)).toThrow('1.5 is no integer');
  });
});

describe('encodePolicyManifest', () => {
  it('makes the bytes that give a policy its digest', () => {
    const rest =
      '"config":{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",' +
      '"mediaType":"application/vnd.wasm.config.v1+json","size":2},' +
      `"layers":[{"digest":"sha256:${'a'.repeat(64)}",` +
      '"mediaType":"application/vnd.wasm.content.layer.v1+wasm","size":10}],"schemaVersion":2}';
    expect(manifestText({ 'io.kubewarden.policy.title': 'demo' })).toBe(
      `{"annotations":{"io.kubewarden.policy.title":"demo"},${rest}`,
    );
    expect(manifestText({})).toBe(`{"annotations":{},${rest}`);
    expect(manifestText()).toBe(`{${rest}`);
  });

  it('has the digest that the original gives to the same policy', () => {
    const { annotations } = annotationsOf({
      'io.kubewarden.policy.source': ' https://x/y ',
      'io.kubewarden.policy.usage': 'a\nb',
      z: 'e\u0301 "q" \\ \u{1f600}',
      '\u{1f600}': '1',
      '\uffff': '2',
      'e\u0301': 'x',
    });
    const digest = 'sha256:7b8e4f87aa25dab963c765ee22230d22245ed06a15840bb0676aa6f823a9896d';
    const manifest = encodePolicyManifest({ digest, size: 349 }, annotations);
    expect(createHash('sha256').update(manifest).digest('hex')).toBe(
      'f8a208cebcdd5df9884bad2209f52b77b3a42edbadf94796c67dcc72cfe76715',
    );
  });

  it('names the config by its digest', () => {
    expect(`sha256:${createHash('sha256').update(emptyConfig.bytes).digest('hex')}`).toBe(emptyConfig.digest);
  });
});

describe('policyLayer', () => {
  it('is the only one, whatever the config is', () => {
    expect(policyLayer({ schemaVersion: 2, config: { ...config, mediaType: 'any' }, layers: [layer] })).toBe(
      layer,
    );
  });

  it.each([
    [[], 'No layers to pull'],
    [[{ ...layer, mediaType: 'application/wasm' }], 'Incompatible layer media type: application/wasm'],
    [[layer, { ...layer, mediaType: 'text/plain' }], 'Incompatible layer media type: text/plain'],
    [[layer, layer], 'a policy has one layer, the manifest has 2'],
    [[{ ...layer, size: 268_435_457 }], 'has 268435457 bytes, at most 268435456 are allowed'],
  ])('is refused in %j', (layers, message) => {
    const read = (): Descriptor => policyLayer({ schemaVersion: 2, config, layers });
    expect(read).toThrow(UnsupportedManifestError);
    expect(read).toThrow(message);
  });
});
