import { HostCallError } from '@kubewarden/evaluator';
import { describe, expect, it } from 'vitest';
import { readCertificateRequirement, readRequirements, type SignatureRequest } from './requirements.ts';

const image = 'r.example/image:1';

describe('what has to be signed', () => {
  it.each<[SignatureRequest, object[]]>([
    [
      {
        type: 'SigstorePubKeyVerify',
        image,
        pub_keys: ['one', 'other'],
        annotations: { stable: 'true', env: 'prod' },
      },
      [
        { kind: 'pubKey', key: 'one', annotations: { env: 'prod', stable: 'true' } },
        { kind: 'pubKey', key: 'other', annotations: { env: 'prod', stable: 'true' } },
      ],
    ],
    [
      {
        type: 'SigstoreKeylessVerify',
        image,
        keyless: [{ issuer: 'https://issuer.example', subject: 'alice@example.com' }],
        annotations: {},
      },
      [{ kind: 'genericIssuer', issuer: 'https://issuer.example', subject: { equal: 'alice@example.com' } }],
    ],
    [
      {
        type: 'SigstoreKeylessPrefixVerify',
        image,
        keyless_prefix: [
          { issuer: 'i', url_prefix: 'https://github.com/org' },
          { issuer: 'i', url_prefix: 'https://github.com/org/' },
        ],
      },
      [
        { kind: 'genericIssuer', issuer: 'i', subject: { urlPrefix: 'https://github.com/org/' } },
        { kind: 'genericIssuer', issuer: 'i', subject: { urlPrefix: 'https://github.com/org/' } },
      ],
    ],
    [
      { type: 'SigstoreGithubActionsVerify', image, owner: 'org', repo: 'r' },
      [{ kind: 'githubAction', owner: 'org', repo: 'r' }],
    ],
    [
      { type: 'SigstoreGithubActionsVerify', image, owner: 'org', repo: '' },
      [{ kind: 'githubAction', owner: 'org' }],
    ],
  ])('by all that %o names', (request, allOf) => {
    expect(readRequirements(request)).toEqual({ allOf });
  });

  it.each<[SignatureRequest, string]>([
    [{ type: 'SigstorePubKeyVerify', image, pub_keys: [] }, 'Must provide at least one pub key'],
    [{ type: 'SigstoreKeylessVerify', image, keyless: [] }, 'Must provide keyless info'],
    [{ type: 'SigstoreKeylessPrefixVerify', image, keyless_prefix: [] }, 'Must provide keyless info'],
    [{ type: 'SigstoreGithubActionsVerify', image, owner: '' }, 'Must provide owner info'],
    [
      {
        type: 'SigstoreKeylessPrefixVerify',
        image,
        keyless_prefix: [{ issuer: 'i', url_prefix: 'github.com/org' }],
      },
      'the url_prefix "github.com/org" is no absolute URL',
    ],
    [
      {
        type: 'SigstoreKeylessPrefixVerify',
        image,
        keyless_prefix: [{ issuer: 'i', url_prefix: 'mailto:a' }],
      },
      'the url_prefix "mailto:a" is no absolute URL',
    ],
    [
      { type: 'SigstorePubKeyVerify', image, pub_keys: Array.from({ length: 101 }, () => 'key') },
      '101 signers are more than the 100 that one request may name',
    ],
  ])('is refused: %o', (request, message) => {
    expect(() => readRequirements(request)).toThrow(new HostCallError(message));
  });

  it('may be a certificate', () => {
    const request = { type: 'SigstoreCertificateVerify', image, certificate: [45, 46] } as const;
    expect(readCertificateRequirement({ ...request, require_rekor_bundle: true })).toEqual({
      certificate: Uint8Array.of(45, 46),
      requireRekorBundle: true,
    });
    expect(
      readCertificateRequirement({
        ...request,
        certificate_chain: [[1], [2]],
        require_rekor_bundle: false,
        annotations: { env: 'prod' },
      }),
    ).toEqual({
      certificate: Uint8Array.of(45, 46),
      chain: [Uint8Array.of(1), Uint8Array.of(2)],
      requireRekorBundle: false,
      annotations: { env: 'prod' },
    });
  });
});
