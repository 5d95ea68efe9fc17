import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CertificateIdentity } from '../evidence/certificate-identity.ts';
import { isSignedBy } from '../evidence/public-key.ts';
import { readSimpleSigningLayer } from '../evidence/simple-signing.ts';
import type { SignatureRequirement } from '../verification-config/verification-config.ts';
import { evaluateRequirements } from './evaluate-requirements.ts';
import { parseGithubUrl } from './github-repository.ts';
import type { JudgedSignature } from './judged-signature.ts';
import { checkOf } from './requirement-check.ts';

const login = 'https://github.com/login/oauth';
const githubActions = 'https://token.actions.githubusercontent.com';
const workflow =
  'https://github.com/kubewarden/policy-secure-pod-images/.github/workflows/release.yml@refs/heads/main';

function signature(
  identity: CertificateIdentity | undefined,
  annotations: Record<string, unknown> = {},
): JudgedSignature {
  return {
    origin: 'signature layer 1',
    annotations,
    isSignedBy: () => false,
    signer: identity === undefined ? { kind: 'key' } : { kind: 'certificate', identity },
  };
}

const byEmail = (value: string, issuer = login): JudgedSignature =>
  signature({ issuer, subject: { kind: 'email', value } });
const byUri = (value: string, more: Partial<CertificateIdentity> = {}): JudgedSignature =>
  signature({ issuer: githubActions, subject: { kind: 'uri', value }, ...more });

const user = (equal: string): SignatureRequirement => ({
  kind: 'genericIssuer',
  issuer: login,
  subject: { equal },
});

async function messageOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return (error as Error).message;
  }
  return expect.unreachable();
}

describe('evaluateRequirements', () => {
  const [one, two, three] = ['user1@provider.com', 'user2@provider.com', 'user3@provider.com'] as const;

  it('is content when all of the one list and enough of the other have signed', async () => {
    expect(
      await evaluateRequirements(
        { allOf: [user(one)], anyOf: { minimumMatches: 1, signatures: [user(two)] } },
        [byEmail(one), byEmail(two)],
      ),
    ).toEqual([
      `${one} (issuer ${login}): signature layer 1, by ${one} (issuer ${login})`,
      `${two} (issuer ${login}): signature layer 1, by ${two} (issuer ${login})`,
    ]);
    await evaluateRequirements(
      { anyOf: { minimumMatches: 2, signatures: [user(one), user(two), user(three)] } },
      [byEmail(one), byEmail(two)],
    );
  });

  it('demands something', async () => {
    await expect(evaluateRequirements({}, [byEmail(one)])).rejects.toThrow(
      /^Image verification failed: no signatures to verify$/,
    );
  });

  it('names those who have not signed, then those who have', async () => {
    const message = await messageOf(
      evaluateRequirements({ allOf: [user(one), user(two), user(three)] }, [byEmail(one), byEmail(two)]),
    );
    expect(message).toBe(`Image verification failed: missing signatures
The following constraints were not satisfied:
kind: genericIssuer
issuer: https://github.com/login/oauth
subject: !equal user3@provider.com
annotations: null
The following signatures were found:
- signature layer 1: by user1@provider.com (issuer https://github.com/login/oauth): the subject is another one
- signature layer 1: by user2@provider.com (issuer https://github.com/login/oauth): the subject is another one
`);
  });

  it('counts those who have signed', async () => {
    const config = { anyOf: { minimumMatches: 2, signatures: [user(one), user(two), user(three)] } };
    expect(await messageOf(evaluateRequirements(config, [byEmail(one)])))
      .toContain(`Image verification failed: minimum number of signatures not reached: needed 2, got 1
The following constraints were not satisfied:
kind: genericIssuer
issuer: https://github.com/login/oauth
subject: !equal user2@provider.com
annotations: null
kind: genericIssuer
issuer: https://github.com/login/oauth
subject: !equal user3@provider.com
annotations: null
The following signatures were found:
`);
  });

  it('shows requirements as the config has them', async () => {
    const requirements: SignatureRequirement[] = [
      { kind: 'pubKey', key: 'first\nsecond\n', annotations: { stable: 'true', env: 'prod', note: '' } },
      { kind: 'pubKey', owner: 'alice', key: 'first\nsecond' },
      { kind: 'githubAction', owner: 'kubewarden', repo: 'policy' },
      { kind: 'githubAction', owner: 'kubewarden' },
      { kind: 'genericIssuer', issuer: login, subject: { urlPrefix: 'https://github.com/kubewarden/' } },
    ];
    expect(await messageOf(evaluateRequirements({ allOf: requirements }, [])))
      .toBe(`Image verification failed: missing signatures
The following constraints were not satisfied:
kind: pubKey
owner: null
key: |
  first
  second
annotations:
  env: prod
  note: ''
  stable: 'true'
kind: pubKey
owner: alice
key: |-
  first
  second
annotations: null
kind: githubAction
owner: kubewarden
repo: policy
annotations: null
kind: githubAction
owner: kubewarden
repo: null
annotations: null
kind: genericIssuer
issuer: https://github.com/login/oauth
subject: !urlPrefix https://github.com/kubewarden/
annotations: null
`);
  });
});

describe('a public key', () => {
  /** As `cosign sign` has written it once; the original tests with the same. */
  const digest = 'sha256:f3cfc9d0dbf931d3db4685ec659b7ac68e2a578219da4aae65427886e649b06b';
  const key = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELKhD7F5OKy77Z582Y6h0u1J3GNA+
kvUsh4eKpd1lwkDAzfFDs7yXEExsEkPPuiQJBelDT68n7PDIWB/QEY7mrA==
-----END PUBLIC KEY-----`;
  const statement = readSimpleSigningLayer(
    {
      payload: Buffer.from(
        '{"critical":{"identity":{"docker-reference":"registry-testing.svc.lan/busybox"},' +
          `"image":{"docker-manifest-digest":"${digest}"},` +
          '"type":"cosign container image signature"},"optional":null}',
      ),
      annotations: {
        'dev.cosignproject.cosign/signature':
          'MEYCIQDWWxPQa3XFUsPbyTY+n+bZu/6Pwhg5WwyYDQtEfQho9wIhAPkKW7eub8b7BX+YbbRac8TwwIrK5KxvdtQ6NuoD+ivW',
      },
    },
    digest,
    'signature layer 1',
  );
  const signed: JudgedSignature = {
    origin: statement.origin,
    annotations: statement.annotations,
    isSignedBy: (wanted) => isSignedBy(wanted, statement.signedBytes, statement.signature),
    signer: { kind: 'key' },
  };

  it('is satisfied by what it has signed, together with the annotations', () => {
    expect(signed.isSignedBy(createPublicKey(key))).toBe(true);
    expect(checkOf({ kind: 'pubKey', key })(signed)).toBeUndefined();
    expect(checkOf({ kind: 'pubKey', key, annotations: { env: 'prod' } })(signed)).toBe(
      'it has no annotation env',
    );
  });
});

function issuerMismatch(found: JudgedSignature, requirement: Partial<SignatureRequirement> = {}) {
  return checkOf({ ...user('user1@provider.com'), ...requirement } as SignatureRequirement)(found);
}

function githubMismatch(found: JudgedSignature, repo?: string) {
  const repository = repo !== undefined && { repo };
  return checkOf({ kind: 'githubAction', owner: 'kubewarden', ...repository })(found);
}

describe('an issuer', () => {
  it('needs a certificate', () => {
    expect(issuerMismatch(signature(undefined))).toBe('it comes without a certificate');
  });

  it('is satisfied by the same issuer and subject, email or URI', () => {
    expect(issuerMismatch(byEmail('user1@provider.com'))).toBeUndefined();
    expect(
      issuerMismatch(byUri(workflow), { issuer: githubActions, subject: { equal: workflow } }),
    ).toBeUndefined();
  });

  it('is not satisfied by others', () => {
    expect(issuerMismatch(byEmail('user2@provider.com'))).toBe('the subject is another one');
    expect(issuerMismatch(byEmail('user1@provider.com', githubActions))).toBe('the issuer is another one');
    expect(issuerMismatch(signature({ subject: { kind: 'email', value: 'user1@provider.com' } }))).toBe(
      'the issuer is another one',
    );
  });

  it.each([
    [{ env: 'prod' }, undefined],
    [{ env: 'dev' }, 'its annotation env is dev'],
    [{}, 'it has no annotation env'],
    [{ env: null }, 'it has no annotation env'],
    [{ env: ['prod'] }, 'it has no annotation env'],
  ])('needs the annotations: %j', (annotations, expected) => {
    const identity = { issuer: login, subject: { kind: 'email', value: 'user1@provider.com' } } as const;
    expect(issuerMismatch(signature(identity, annotations), { annotations: { env: 'prod' } })).toBe(expected);
  });

  it('compares numbers and booleans by their text', () => {
    const identity = { issuer: login, subject: { kind: 'email', value: 'user1@provider.com' } } as const;
    const found = signature(identity, { build: 7, stable: true, rate: 0.5, large: 2 ** 60 });
    const required = { build: '7', stable: 'true', rate: '0.5' };
    expect(issuerMismatch(found, { annotations: required })).toBeUndefined();
    expect(issuerMismatch(found, { annotations: { large: String(2 ** 60) } })).toBe(
      'it has no annotation large',
    );
    expect(issuerMismatch(found, { annotations: { toString: 'x' } })).toBe('it has no annotation toString');
  });
});

describe('GitHub Actions', () => {
  const githubRepository = 'kubewarden/policy-secure-pod-images';

  it.each([
    [byUri(workflow, { githubRepository }), undefined, undefined],
    [byUri(workflow, { githubRepository }), 'policy-secure-pod-images', undefined],
    [byUri(workflow.replace('kubewarden', 'elsewhere'), { githubRepository }), undefined, undefined],
    [byUri(workflow, { githubRepository }), 'policy', 'the GitHub repository is another one'],
    [
      byUri(workflow, { githubRepository: 'Kubewarden/policy' }),
      undefined,
      'the GitHub owner is another one',
    ],
    [
      byUri(workflow, { githubRepository: 'kubewarden-hacker/policy' }),
      undefined,
      'the GitHub owner is another one',
    ],
    [signature(undefined), undefined, 'it comes without a certificate'],
    [byUri(workflow, { githubRepository, issuer: login }), undefined, 'the issuer is not GitHub Actions'],
    [byEmail('user1@provider.com', githubActions), undefined, 'the subject is no URL'],
    [
      byUri('https://example.com/kubewarden/policy', { githubRepository }),
      undefined,
      "The certificate subject url doesn't seem a GitHub valid one, despite the issuer being the GitHub Action " +
        "one: Not a GitHub url: host doesn't match",
    ],
    [
      byUri(workflow),
      undefined,
      'The certificate is missing the github_workflow_repository extension despite being a GitHub Action one',
    ],
    [
      byUri(workflow, { githubRepository: 'kubewarden/a/b' }),
      undefined,
      "The certificate doesn't have a valid github_workflow_repository extension, despite the issuer being the " +
        'GitHub Action one: kubewarden/a/b',
    ],
  ])('%#', (found, repo, expected) => {
    expect(githubMismatch(found, repo)).toBe(expected);
  });

  it.each([
    [workflow, { owner: 'kubewarden', repo: 'policy-secure-pod-images' }],
    ['https://github.com/kubewarden/policy', { owner: 'kubewarden', repo: 'policy' }],
  ])('are found in %s', (url, expected) => {
    expect(parseGithubUrl(url)).toEqual(expected);
  });

  it.each([
    ['https://example.com', "Not a GitHub url: host doesn't match"],
    ['https://github.com@example.com/a/b', "Not a GitHub url: host doesn't match"],
    ['https://github.com', 'cannot parse github url: owner not found'],
    ['https://github.com/kubewarden', 'cannot parse github url: repo not found'],
    ['https://github.com/kubewarden/', 'cannot parse github url: repo not found'],
    ['kubewarden/policy', 'Cannot parse github url: relative URL without a base'],
  ])('are not found in %s', (url, message) => {
    expect(() => parseGithubUrl(url)).toThrow(message);
  });
});
