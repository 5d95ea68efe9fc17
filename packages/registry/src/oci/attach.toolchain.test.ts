import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../../../tools/registries/fault-proxy.ts';
import {
  type ReferrersRegistry,
  startReferrersRegistry,
  startRegistry,
  type TestRegistry,
} from '../../../../tools/registries/registry.ts';
import { imageByDigest } from '../reference/image-reference.ts';
import { describeBytes, indexOf, insecure, manifestOf, pushImage } from '../testing/registries.ts';
import { attachArtifact, type Subject } from './attach.ts';
import { createRegistryClient } from './client.ts';
import { ociIndex, ociManifest } from './media-types.ts';
import type { RegistryClient } from './registry-client.ts';

const artifact = {
  artifactType: 'application/spdx+json',
  layer: { mediaType: 'application/spdx+json', bytes: Buffer.from('{"spdxVersion":"SPDX-2.3"}') },
  annotations: { 'org.example.tool': 'none' },
};

async function pushSubject(client: RegistryClient, host: string, repository: string) {
  const image = { registry: host, repository, tag: 'v1' };
  const layer = Buffer.from(repository);
  const digest = await pushImage(client, image, layer);
  const descriptor = { mediaType: ociManifest, digest, size: manifestOf([layer]).byteLength };
  const subject: Subject = { image, descriptor };
  return { subject, listed: { ...imageByDigest(image, digest), digest } };
}

describe('attaching to an image in a registry without a referrers API', () => {
  let registry: TestRegistry;
  let client: RegistryClient;
  beforeAll(async () => {
    registry = await startRegistry();
    client = createRegistryClient({ sources: insecure(registry.host), proxies: {} });
  });
  afterAll(async () => {
    await client.close();
    await registry.stop();
  });

  it('keeps the list under the tag that stands in for it', async () => {
    const { subject, listed } = await pushSubject(client, registry.host, 'team/policy');
    const first = await attachArtifact(client, subject, artifact);
    expect(first).toMatchObject({
      mediaType: ociManifest,
      artifactType: artifact.artifactType,
      annotations: artifact.annotations,
    });
    const second = await attachArtifact(client, subject, { ...artifact, artifactType: 'application/x' });
    await attachArtifact(client, subject, artifact);
    expect(await client.listReferrers(listed)).toEqual([first, second]);
    expect(await client.listReferrers(listed, { artifactType: 'application/x' })).toEqual([second]);

    const fetched = await client.fetchImageManifest(imageByDigest(subject.image, first.digest));
    expect(fetched.manifest).toMatchObject({
      artifactType: artifact.artifactType,
      config: { mediaType: 'application/vnd.oci.empty.v1+json', size: 2 },
      layers: [describeBytes(artifact.layer.bytes, artifact.layer.mediaType)],
      subject: subject.descriptor,
      annotations: artifact.annotations,
    });
    const [blob] = fetched.manifest.layers;
    const bytes = await client.fetchBlob(subject.image, blob!, { maximumBytes: 1000 });
    expect(Buffer.from(bytes)).toEqual(artifact.layer.bytes);
  });

  it('leaves the entries of others as they are', async () => {
    const { subject, listed } = await pushSubject(client, registry.host, 'team/others');
    const foreign = { ...describeBytes(manifestOf([])), mediaType: ociManifest, 'x-unknown': { deep: [1] } };
    await client.pushManifest(imageByDigest(listed, foreign.digest), manifestOf([]), ociManifest);
    const tag = listed.digest.replace(':', '-');
    await client.pushManifest({ ...subject.image, tag }, indexOf(foreign), ociIndex);
    const { digest } = await attachArtifact(client, subject, artifact);
    const index = await client.fetchManifest({ ...subject.image, tag });
    const { manifests } = JSON.parse(Buffer.from(index.bytes).toString()) as { manifests: unknown[] };
    expect(manifests).toEqual([foreign, expect.objectContaining({ digest })]);
  });

  it('refuses to overwrite a tag that is no list', async () => {
    const { subject, listed } = await pushSubject(client, registry.host, 'team/taken');
    const tag = { ...subject.image, tag: listed.digest.replace(':', '-') };
    const digest = await pushImage(client, tag, Buffer.from('x'));
    await expect(attachArtifact(client, subject, artifact)).rejects.toThrow(
      `the tag ${tag.tag}, which lists referrers, is no image index`,
    );
    expect(await client.resolveDigest(tag)).toBe(digest);
  });
});

describe('attaching to an image in a registry with a referrers API', () => {
  let registry: ReferrersRegistry;
  let proxy: FaultProxy;
  beforeAll(async () => {
    registry = await startReferrersRegistry();
    proxy = await startFaultProxy(registry);
  });
  afterAll(async () => {
    await proxy.stop();
    await registry.stop();
  });

  it.each([
    ['says that it has recorded the subject', { 'OCI-Subject': 'sha256:x' }],
    ['says nothing', {}],
  ])('writes no tag when the registry %s', async (_, headers) => {
    const client = createRegistryClient({ sources: insecure(proxy.host), proxies: {} });
    try {
      proxy.inject(({ method, url }) =>
        method === 'PUT' && url.includes('/manifests/sha256:') ? { kind: 'headers', headers } : undefined,
      );
      const { subject, listed } = await pushSubject(client, proxy.host, 'team/policy');
      const attached = await attachArtifact(client, subject, artifact);
      expect(await client.listReferrers(listed)).toMatchObject([{ digest: attached.digest }]);
      expect(await client.listTags(subject.image)).toEqual(['v1']);
    } finally {
      await client.close();
    }
  });
});
