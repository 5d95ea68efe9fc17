import { describe, expect, it } from 'vitest';
import { SigningError } from '../errors.ts';
import { checkAnnotations, signatureStatement, simpleSigningPayload } from './simple-signing-payload.ts';

const image = { registry: 'ghcr.io', repository: 'org/policy', tag: 'v1' };
const digest = `sha256:${'a'.repeat(64)}`;

describe('simpleSigningPayload', () => {
  it('names repository and digest, and neither tag nor annotations that there are not', () => {
    expect(simpleSigningPayload(image, digest, {}).toString()).toBe(
      '{"critical":{"identity":{"docker-reference":"ghcr.io/org/policy"},' +
        `"image":{"docker-manifest-digest":"${digest}"},"type":"cosign container image signature"},"optional":null}`,
    );
  });

  it('is the same whatever the order of annotations', () => {
    const payload = simpleSigningPayload(image, digest, { b: '2', a: '1' });
    expect(payload).toEqual(simpleSigningPayload(image, digest, { a: '1', b: '2' }));
    expect(payload.toString()).toContain('"optional":{"a":"1","b":"2"}');
  });

  it('signs an annotation of any name', () => {
    const annotations = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
    expect(simpleSigningPayload(image, digest, annotations).toString()).toContain('{"__proto__":"x"}');
  });
});

describe('signatureStatement', () => {
  it('is what cosign 3 states', () => {
    expect(signatureStatement(digest, { b: '2', a: '1' }).toString()).toBe(
      '{"_type":"https://in-toto.io/Statement/v1",' +
        `"subject":[{"digest":{"sha256":"${'a'.repeat(64)}"},"annotations":{"a":"1","b":"2"}}],` +
        '"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}',
    );
  });
});

describe('checkAnnotations', () => {
  it('refuses the one that makes verifiers discard a signature', () => {
    expect(() => checkAnnotations({ env: 'prod' })).not.toThrow();
    expect(() => checkAnnotations({ timestamp: '1' })).toThrow(
      new SigningError('the annotation timestamp has a meaning of its own and cannot be signed'),
    );
  });
});
