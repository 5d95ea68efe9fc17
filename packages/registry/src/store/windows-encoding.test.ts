import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeWindowsComponents, encodeWindowsComponents } from './windows-encoding.ts';

describe('Windows components', () => {
  it.each([
    [
      ['registry', 'ghcr.io', 'acme', 'demo:v1'],
      ['registry', 'Z2hjci5pbw', 'YWNtZQ', 'ZGVtbzp2MQ'],
    ],
    [
      ['https', 'example.org', 'registry', 'p.wasm'],
      ['https', 'ZXhhbXBsZS5vcmc', 'registry', 'cC53YXNt'],
    ],
    [
      ['http', 'localhost:5000', 'https'],
      ['http', 'bG9jYWxob3N0OjUwMDA', 'aHR0cHM'],
    ],
  ])('are %j encoded', (components, encoded) => {
    expect(encodeWindowsComponents(components)).toEqual(encoded);
    expect(decodeWindowsComponents(encoded)).toEqual(components);
  });

  it('decode to what was encoded, and hold nothing that Windows refuses', () => {
    const component = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.array(component, { minLength: 1 }), (components) => {
        const encoded = encodeWindowsComponents(components);
        expect(decodeWindowsComponents(encoded)).toEqual(components);
        for (const name of encoded) expect(name).toMatch(/^[A-Za-z0-9_-]+$/);
      }),
    );
  });
});
