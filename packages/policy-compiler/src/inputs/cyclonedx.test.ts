import { expect, it } from 'vitest';
import type { CompiledPolicy } from '../compiled-policy.ts';
import { cycloneDxBill } from './cyclonedx.ts';

const policy = (inputs: CompiledPolicy['inputs']): CompiledPolicy => ({
  wasm: new Uint8Array(),
  digest: 'ab'.repeat(32),
  size: { wasm: 0, gzip: 0, engine: 0, snapshot: 0, bundle: 0, lineTable: 0 },
  warnings: [],
  inputs,
  watchFiles: [],
  sourceMap: '',
});

it('lists the packages with their licences and package URLs', () => {
  const bill = cycloneDxBill(
    policy({
      project: { name: '@me/my-policy', version: '1.0.0+x' },
      files: [],
      packages: [
        { name: '@scope/a', version: '1.2.3', licence: 'MIT', bytes: 5 },
        { name: 'b', version: '0.0.1', licence: '(MIT OR Apache-2.0)', bytes: 5 },
        { name: 'c', version: '2.0.0', bytes: 0 },
      ],
    }),
  );
  expect(JSON.parse(bill)).toEqual({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': 'pkg:npm/%40me/my-policy@1.0.0%2Bx',
        name: '@me/my-policy',
        version: '1.0.0+x',
        hashes: [{ alg: 'SHA-256', content: 'ab'.repeat(32) }],
        purl: 'pkg:npm/%40me/my-policy@1.0.0%2Bx',
      },
    },
    components: [
      {
        type: 'library',
        'bom-ref': 'pkg:npm/%40scope/a@1.2.3',
        name: '@scope/a',
        version: '1.2.3',
        licenses: [{ license: { name: 'MIT' } }],
        purl: 'pkg:npm/%40scope/a@1.2.3',
      },
      {
        type: 'library',
        'bom-ref': 'pkg:npm/b@0.0.1',
        name: 'b',
        version: '0.0.1',
        licenses: [{ expression: '(MIT OR Apache-2.0)' }],
        purl: 'pkg:npm/b@0.0.1',
      },
      { type: 'library', 'bom-ref': 'pkg:npm/c@2.0.0', name: 'c', version: '2.0.0', purl: 'pkg:npm/c@2.0.0' },
    ],
    dependencies: [
      {
        ref: 'pkg:npm/%40me/my-policy@1.0.0%2Bx',
        dependsOn: ['pkg:npm/%40scope/a@1.2.3', 'pkg:npm/b@0.0.1', 'pkg:npm/c@2.0.0'],
      },
    ],
  });
});

it('has a subject even where there is no package.json', () => {
  expect(cycloneDxBill(policy({ files: [], packages: [] }))).toContain('"purl": "pkg:npm/policy@0.0.0"');
});
