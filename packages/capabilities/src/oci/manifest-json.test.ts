import type { FetchedManifest } from '@kubewarden/registry';
import { expect, it } from 'vitest';
import { manifestJson } from './manifest-json.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const descriptor = {
  data: 'e30=',
  artifactType: 'application/x',
  annotations: { z: '1', a: '2' },
  urls: ['https://example.org/blob'],
  size: 2,
  digest,
  mediaType: 'application/vnd.oci.image.config.v1+json',
};
const described =
  `{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"${digest}","size":2,` +
  '"urls":["https://example.org/blob"],"annotations":{"a":"2","z":"1"},"artifactType":"application/x"}';

const fetched = (kind: 'image' | 'index', manifest: object): FetchedManifest =>
  ({ kind, manifest, digest, mediaType: '', bytes: new Uint8Array() }) as unknown as FetchedManifest;

it('shows the known fields of an image manifest in their order, and no others', () => {
  const manifest = {
    annotations: JSON.parse('{"b":"1","__proto__":"2"}') as object,
    artifactType: 'application/vnd.example',
    unknown: true,
    subject: { mediaType: 's', digest, size: 1 },
    layers: [descriptor],
    config: descriptor,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    schemaVersion: 2,
  };
  expect(JSON.stringify(manifestJson(fetched('image', manifest)))).toBe(
    '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",' +
      `"config":${described},"layers":[${described}],"subject":{"mediaType":"s","digest":"${digest}","size":1},` +
      '"artifactType":"application/vnd.example","annotations":{"__proto__":"2","b":"1"}}',
  );
});

it('shows the known fields of an index in their order, and no others', () => {
  const entry = {
    platform: {
      features: ['f'],
      variant: 'v8',
      'os.features': ['win32k'],
      'os.version': '10',
      os: 'linux',
      unknown: 1,
      architecture: 'arm64',
    },
    mediaType: 'm',
    digest,
    size: 3,
  };
  const index = { manifests: [entry, { mediaType: 'm', digest, size: 4 }], unknown: 1, schemaVersion: 2 };
  expect(JSON.stringify(manifestJson(fetched('index', index)))).toBe(
    `{"schemaVersion":2,"manifests":[{"mediaType":"m","digest":"${digest}","size":3,"platform":` +
      '{"architecture":"arm64","os":"linux","os.version":"10","os.features":["win32k"],"variant":"v8",' +
      `"features":["f"]}},{"mediaType":"m","digest":"${digest}","size":4}]}`,
  );
});
