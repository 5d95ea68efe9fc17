import { expect, test } from 'vitest';
import { attachmentType } from './attachment-type.ts';

const bytes = (value: unknown): Uint8Array =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

test.each([
  ['spdx', { spdxVersion: 'SPDX-2.3' }, 'application/spdx+json'],
  ['spdx', { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld' }, 'application/spdx+json'],
  ['spdx', 'SPDXVersion: SPDX-2.3\n', 'text/spdx'],
  ['cyclonedx', { bomFormat: 'CycloneDX' }, 'application/vnd.cyclonedx+json'],
  ['cyclonedx', '<bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>', 'application/vnd.cyclonedx+xml'],
  [
    'slsa-provenance',
    { _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://slsa.dev/provenance/v1' },
    'application/vnd.in-toto.provenance+json',
  ],
  [
    'slsa-provenance',
    { payloadType: 'application/vnd.in-toto+json', payload: '', signatures: [] },
    'application/vnd.in-toto.provenance+dsse',
  ],
  ['application/sarif+json', 'anything', 'application/sarif+json'],
])('--type %s of %j is %s', (type, content, expected) => {
  expect(attachmentType(type, 'file', bytes(content))).toBe(expected);
});

test.each([
  ['spdx', { bomFormat: 'CycloneDX' }, 'file.json is not what --type spdx says it is'],
  ['cyclonedx', 'no bill of materials', 'file.json is not what --type cyclonedx says it is'],
  ['slsa-provenance', [], 'file.json is not what --type slsa-provenance says it is'],
  [
    'sbom',
    {},
    "'sbom' is no type of attachments: spdx, cyclonedx, slsa-provenance or a media type is expected",
  ],
  ['toString', {}, "'toString' is no type"],
])('--type %s of %j is refused', (type, content, message) => {
  expect(() => attachmentType(type, 'file.json', bytes(content))).toThrow(message);
});
