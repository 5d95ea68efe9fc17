import type { HostRequest } from '@kubewarden/evaluator';
import type { RegistryClient } from '@kubewarden/registry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Verifier } from '@kubewarden/signatures';
import { type Capabilities, createCapabilities } from '../capabilities.ts';

const digest = `sha256:${'0'.repeat(64)}`;

let asked: string[] = [];
let capabilities: Capabilities;

beforeEach(() => {
  asked = [];
  // What is asked of registries matters here, not what they answer.
  const registry = {
    resolveDigest: ({ repository }) => {
      asked.push(`digest of ${repository}`);
      return Promise.resolve(digest);
    },
  } as Partial<RegistryClient> as RegistryClient;
  const verifier = {
    verify: ({ repository }, config) => {
      asked.push(`signatures of ${repository}: ${JSON.stringify(config)}`);
      return Promise.resolve({ digest });
    },
    verifyCertificate: ({ repository }, { certificate, chain }) => {
      asked.push(`certificate for ${repository}: ${certificate.join()}; ${chain?.join('; ')}`);
      return Promise.resolve({ digest });
    },
  } as Verifier;
  capabilities = createCapabilities({
    registry: () => Promise.resolve(registry),
    verifier: () => Promise.resolve(verifier),
  });
});
afterEach(() => capabilities.dispose());

const ask = async (request: HostRequest, policyId = 'p'): Promise<string> =>
  new TextDecoder().decode(await capabilities.answer(request, { policyId }));

describe('answers of registries', () => {
  it('are shared by policies, and by all ways to write an image', async () => {
    const answer = `{"digest":"${digest}"}`;
    expect(await ask({ type: 'OciManifestDigest', image: 'busybox' }, 'p')).toBe(answer);
    expect(await ask({ type: 'OciManifestDigest', image: 'docker.io/library/busybox:latest' }, 'q')).toBe(
      answer,
    );
    expect(asked).toEqual(['digest of library/busybox']);
  });

  it('are never those to another question', async () => {
    const image = 'r.example/image';
    const trusted = `{"is_trusted":true,"digest":"${digest}"}`;
    const requests: HostRequest[] = [
      { type: 'SigstorePubKeyVerify', image, pub_keys: ['ab', 'c'] },
      { type: 'SigstorePubKeyVerify', image, pub_keys: ['a', 'bc'] },
      { type: 'SigstorePubKeyVerify', image, pub_keys: ['ab', 'c'], annotations: { a: 'b' } },
      { type: 'SigstoreKeylessVerify', image, keyless: [{ issuer: 'i', subject: 'https://s.example/' }] },
      {
        type: 'SigstoreKeylessPrefixVerify',
        image,
        keyless_prefix: [{ issuer: 'i', url_prefix: 'https://s.example' }],
      },
      { type: 'SigstoreGithubActionsVerify', image, owner: 'o' },
      { type: 'SigstoreCertificateVerify', image, certificate: [1, 2], require_rekor_bundle: false },
      { type: 'SigstoreCertificateVerify', image, certificate: [1, 2], require_rekor_bundle: true },
      {
        type: 'SigstoreCertificateVerify',
        image,
        certificate: [1],
        certificate_chain: [[2]],
        require_rekor_bundle: true,
      },
      {
        type: 'SigstoreCertificateVerify',
        image,
        certificate: [1],
        certificate_chain: [[2], []],
        require_rekor_bundle: true,
      },
    ];
    for (const request of requests) expect(await ask(request)).toBe(trusted);
    for (const request of requests) expect(await ask(request)).toBe(trusted);
    expect(asked).toHaveLength(requests.length);
  });

  it('need an image: what names none is refused before anybody is asked', async () => {
    const verify = (image: string) => ask({ type: 'SigstorePubKeyVerify', image, pub_keys: ['key'] });
    await expect(ask({ type: 'OciManifestDigest', image: 'registry://r.example/image' })).rejects.toThrow(
      'Invalid OCI image reference: invalid reference format',
    );
    await expect(verify('https://r.example/image')).rejects.toThrow('invalid reference format');
    await expect(verify('a'.repeat(4_000_000))).rejects.toThrow(
      'Invalid OCI image reference: it has 4000000 characters, more than the 1024 that are allowed',
    );
    expect(asked).toEqual([]);
    await verify('registry://r.example/image');
    expect(asked).toEqual(['signatures of image: {"allOf":[{"kind":"pubKey","key":"key"}]}']);
  });
});
