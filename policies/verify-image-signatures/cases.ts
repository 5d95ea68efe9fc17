import { isDeepStrictEqual } from 'node:util';
import {
  admissionRequest,
  type HostAnswers,
  type PolicyCase,
  type SettingsCase,
} from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { caseOf, creationOf, workload, workloadKinds } from '../testing/workloads.ts';

const digest = `sha256:${'1d'.repeat(32)}`;
const otherDigest = `sha256:${'9a'.repeat(32)}`;
const signedImage = 'ghcr.io/kubewarden/app:signed';
const unsignedImage = 'ghcr.io/kubewarden/app:unsigned';
const otherImage = 'registry.example.com/other:1';
const pinnedImage = `${signedImage}@${digest}`;

const pem = (label: string, body = 'Zm9vYmFy'): string =>
  `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const publicKey = pem('PUBLIC KEY');
const alice = pem('CERTIFICATE', 'YWxpY2U=');
const bob = pem('CERTIFICATE', 'Ym9iYm9i');
const intermediate = pem('CERTIFICATE', 'YmVsb3c=');
const root = pem('CERTIFICATE', 'cm9vdA==');
const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];

const issuer = 'https://token.actions.githubusercontent.com';
const annotations = { env: 'prod' };

/** What each kind of signature looks like in the settings, and what the host is asked then. */
const kinds: readonly { readonly name: string; readonly entry: object; readonly asked: readonly object[] }[] =
  [
    {
      name: 'public keys',
      entry: { pubKeys: [publicKey, publicKey] },
      asked: [{ type: 'SigstorePubKeyVerify', pub_keys: [publicKey, publicKey] }],
    },
    {
      name: 'keyless',
      entry: { keyless: [{ issuer, subject: 'kubewarden' }] },
      asked: [{ type: 'SigstoreKeylessVerify', keyless: [{ issuer, subject: 'kubewarden' }] }],
    },
    {
      name: 'keyless by prefix',
      entry: { keylessPrefix: [{ issuer, urlPrefix: 'https://github.com/kubewarden/' }] },
      asked: [
        {
          type: 'SigstoreKeylessPrefixVerify',
          keyless_prefix: [{ issuer, url_prefix: 'https://github.com/kubewarden/' }],
        },
      ],
    },
    {
      name: 'keyless by prefix, as the original policy reads it',
      entry: { keylessPrefix: [{ issuer, url_prefix: 'https://github.com/kubewarden/' }] },
      asked: [
        {
          type: 'SigstoreKeylessPrefixVerify',
          keyless_prefix: [{ issuer, url_prefix: 'https://github.com/kubewarden/' }],
        },
      ],
    },
    {
      name: 'GitHub Actions of a repository',
      entry: { githubActions: { owner: 'kubewarden', repo: 'app' } },
      asked: [{ type: 'SigstoreGithubActionsVerify', owner: 'kubewarden', repo: 'app' }],
    },
    {
      name: 'GitHub Actions of an owner',
      entry: { githubActions: { owner: 'kubewarden', repo: '' } },
      asked: [{ type: 'SigstoreGithubActionsVerify', owner: 'kubewarden' }],
    },
    {
      name: 'certificates with a chain',
      entry: { certificates: [alice, bob], certificateChain: [root], requireRekorBundle: false },
      asked: [alice, bob].map((certificate) => ({
        type: 'SigstoreCertificateVerify',
        certificate: bytes(certificate),
        certificate_chain: [bytes(root)],
        require_rekor_bundle: false,
      })),
    },
    {
      name: 'a certificate by itself',
      entry: { certificates: [alice], certificateChain: null },
      asked: [{ type: 'SigstoreCertificateVerify', certificate: bytes(alice), require_rekor_bundle: true }],
    },
  ];

/** A host that takes one image for signed, if it is asked for it in the right way. */
const hostExpecting = (expected: readonly object[]): HostAnswers => ({
  'oci/v2/verify'(request) {
    if (!expected.some((one) => isDeepStrictEqual(request, one))) {
      throw new Error(`unexpected request: ${JSON.stringify(request)}`);
    }
    return { is_trusted: true, digest };
  },
});

/** A host that trusts what is called signed, and other images without looking. */
const host: HostAnswers = {
  'oci/v2/verify'({ image }) {
    if (image.endsWith(':unsigned')) throw new Error('no signatures found');
    return { is_trusted: true, digest };
  },
};

const settings = { signatures: [{ image: 'ghcr.io/kubewarden/*', pubKeys: [publicKey] }] };
const container = (image: string, name = 'web'): object => ({ name, image });

const accepted = { accepted: true } as const;
const rejected = (...problems: string[]): PolicyCase['expected'] => ({
  accepted: false,
  message: `Resource web is not accepted: ${problems.join(', ')}`,
});
const unsigned = `verification of image ${unsignedImage} failed: Callback evaluation failure: no signatures found`;

/** The original has examples of all kinds but DaemonSets. */
const originalKinds = workloadKinds.filter((kind) => kind !== 'DaemonSet');

/** Which images an entry is about. */
const wildcards: readonly (readonly [pattern: string, image: string, matches: boolean])[] = [
  ['*', unsignedImage, true],
  ['', unsignedImage, false],
  ['ghcr.io/kubewarden/*', unsignedImage, true],
  ['ghcr.io/kubewarden/app', unsignedImage, false],
  ['ghcr.io/kubewarden/app*', unsignedImage, true],
  ['*:unsigned', unsignedImage, true],
  ['*/app:*', unsignedImage, true],
  ['**/kube*/**:un?igned', unsignedImage, true],
  ['*app', unsignedImage, false],
  ['ghcr.io/kubewarden/ap?:unsigned', unsignedImage, true],
  ['ghcr.io/kubewarden/app?:unsigned', unsignedImage, false],
  ['GHCR.IO/*', unsignedImage, false],
  ['ghcr.io/kubewarden/.*', unsignedImage, false],
  ['docker.io/*', 'nginx:unsigned', false],
  // Takes forever where wildcards are matched by trying.
  [`${'*a'.repeat(60)}*b`, `${'a'.repeat(200)}:unsigned`, false],
];

const cases: PolicyCase[] = [
  ...kinds.flatMap(({ name, entry, asked }): PolicyCase[] => [
    {
      name: `${name === 'keyless' ? 'original: ' : ''}${name}: the image is pinned`,
      request: creationOf({ containers: [container(signedImage)] }),
      settings: { signatures: [{ image: 'ghcr.io/*', ...entry }] },
      host: hostExpecting(asked.map((one) => ({ image: signedImage, ...one, annotations: null }))),
      expected: {
        accepted: true,
        mutatedObject: workload('Pod', { containers: [container(pinnedImage)] }),
      },
    },
    {
      name: `${name}: with annotations`,
      request: creationOf({ containers: [container(pinnedImage)] }),
      settings: { signatures: [{ image: 'ghcr.io/*', ...entry, annotations }] },
      host: hostExpecting(asked.map((one) => ({ image: pinnedImage, ...one, annotations }))),
      expected: accepted,
    },
    {
      name: `${name}: the image is not signed`,
      request: creationOf({ containers: [container(unsignedImage)] }),
      settings: { signatures: [{ image: 'ghcr.io/*', ...entry }] },
      host,
      expected: rejected(unsigned),
    },
    {
      name: `${name}: the host says that it is not trusted`,
      request: creationOf({ containers: [container(signedImage)] }),
      settings: { signatures: [{ image: 'ghcr.io/*', ...entry }] },
      host: { 'oci/v2/verify': { is_trusted: false, digest } },
      expected: {
        accepted: false,
        message:
          /^Resource web is not accepted: verification of image .*:signed failed: the host does not trust it/,
      },
    },
  ]),
  ...workloadKinds.flatMap((kind): PolicyCase[] => [
    {
      name: caseOf(kind, 'with a signed image', ...originalKinds),
      request: creationOf({ containers: [container(signedImage)] }, kind),
      settings,
      host,
      expected: {
        accepted: true,
        mutatedObject: workload(kind, { containers: [container(pinnedImage)] }),
      },
    },
    {
      name: caseOf(kind, 'with an image that is not signed', ...originalKinds),
      request: creationOf({ containers: [container(unsignedImage)] }, kind),
      settings,
      host,
      expected: rejected(unsigned),
    },
    {
      name: `${kind} with signed images everywhere`,
      request: creationOf(
        {
          containers: [container(otherImage), container(signedImage, 'proxy')],
          initContainers: [container(signedImage, 'migrate'), container(pinnedImage, 'pinned')],
          ephemeralContainers: [container(signedImage, 'debug')],
        },
        kind,
      ),
      settings,
      host,
      expected: {
        accepted: true,
        mutatedObject: workload(kind, {
          containers: [container(otherImage), container(pinnedImage, 'proxy')],
          initContainers: [container(pinnedImage, 'migrate'), container(pinnedImage, 'pinned')],
          ephemeralContainers: [container(pinnedImage, 'debug')],
        }),
      },
    },
    {
      name: caseOf(kind, 'that must not be mutated', 'Pod'),
      request: creationOf({ containers: [container(signedImage)] }, kind),
      settings: { ...settings, modifyImagesWithDigest: false },
      host,
      expected: accepted,
    },
  ]),
  {
    name: 'original: keyless: another subject has signed',
    request: creationOf({ containers: [container(signedImage)] }),
    settings: { signatures: [{ image: signedImage, keyless: [{ issuer, subject: 'bob@example.com' }] }] },
    host: {
      'oci/v2/verify'() {
        throw new Error('subject: !equal bob@example.com');
      },
    },
    expected: rejected(
      `verification of image ${signedImage} failed: Callback evaluation failure: subject: !equal bob@example.com`,
    ),
  },
  {
    name: 'original: a certificate with a chain, in the transparency log: the image is pinned',
    request: creationOf({ containers: [container(signedImage)] }),
    settings: {
      signatures: [
        {
          image: signedImage,
          certificates: [alice],
          certificateChain: [intermediate, root],
          requireRekorBundle: true,
        },
      ],
    },
    host: hostExpecting([
      {
        image: signedImage,
        type: 'SigstoreCertificateVerify',
        certificate: bytes(alice),
        certificate_chain: [bytes(intermediate), bytes(root)],
        require_rekor_bundle: true,
        annotations: null,
      },
    ]),
    expected: {
      accepted: true,
      mutatedObject: workload('Pod', { containers: [container(pinnedImage)] }),
    },
  },
  {
    name: 'an init container is not signed',
    request: creationOf({ containers: [container(signedImage)], initContainers: [container(unsignedImage)] }),
    settings,
    host,
    expected: rejected(unsigned),
  },
  {
    name: 'an ephemeral container is not signed',
    request: creationOf({
      containers: [container(signedImage)],
      ephemeralContainers: [container(unsignedImage)],
    }),
    settings,
    host,
    expected: rejected(unsigned),
  },
  {
    name: 'what is not signed is rejected where nothing is mutated, too',
    request: creationOf({ containers: [container(unsignedImage)] }),
    settings: { ...settings, modifyImagesWithDigest: false },
    host,
    expected: rejected(unsigned),
  },
  {
    name: 'all images that are not signed are named, each once',
    request: creationOf({
      initContainers: [container('ghcr.io/kubewarden/init:unsigned')],
      containers: [container(unsignedImage), container(unsignedImage, 'again')],
    }),
    settings,
    host,
    expected: rejected(unsigned, unsigned.replace('/app:', '/init:')),
  },
  {
    name: 'an image that no entry is about needs no host',
    request: creationOf({ containers: [container(otherImage)] }),
    settings,
    expected: accepted,
  },
  ...wildcards.map(([pattern, image, matches]): PolicyCase => ({
    name: `${pattern.slice(0, 30)} is ${matches ? '' : 'not '}about ${image.slice(0, 40)}`,
    request: creationOf({ containers: [container(image)] }),
    settings: { signatures: [{ image: pattern, pubKeys: [publicKey] }] },
    host,
    expected: matches ? rejected(unsigned) : accepted,
  })),
  {
    name: 'a registry in upper case and with the port of HTTPS is the same one',
    request: creationOf({ containers: [container('GHCR.io:443/kubewarden/app:unsigned')] }),
    settings: { signatures: [{ image: 'ghcr.io/kubewarden/*', pubKeys: [publicKey] }] },
    host,
    expected: rejected(unsigned.replace('ghcr.io', 'GHCR.io:443')),
  },
  {
    name: 'all entries that are about an image must be met',
    request: creationOf({ containers: [container(signedImage)] }),
    settings: { signatures: [{ image: '*', keyless: [{ issuer, subject: 'a' }] }, ...settings.signatures] },
    host: {
      'oci/v2/verify'({ type }) {
        if (type === 'SigstoreKeylessVerify') throw new Error('subject: !equal a');
        return { is_trusted: true, digest };
      },
    },
    expected: rejected(
      `verification of image ${signedImage} failed: Callback evaluation failure: subject: !equal a`,
    ),
  },
  {
    name: 'all certificates must have signed',
    request: creationOf({ containers: [container(signedImage)] }),
    settings: { signatures: [{ image: '*', certificates: [alice, bob], requireRekorBundle: true }] },
    host: {
      'oci/v2/verify'(request) {
        const { certificate } = request as unknown as { certificate: number[] };
        if (isDeepStrictEqual(certificate, bytes(bob))) throw new Error('bob did not sign');
        return { is_trusted: true, digest };
      },
    },
    expected: rejected(
      `verification of image ${signedImage} failed: Callback evaluation failure: bob did not sign`,
    ),
  },
  {
    name: 'a tag that is moved between two verifications',
    request: creationOf({ containers: [container(signedImage)] }),
    settings: { signatures: [{ image: '*', keyless: [{ issuer, subject: 'a' }] }, ...settings.signatures] },
    host: {
      'oci/v2/verify': ({ type }) => ({
        is_trusted: true,
        digest: type === 'SigstoreKeylessVerify' ? digest : otherDigest,
      }),
    },
    expected: rejected(
      `verification of image ${signedImage} failed: it changed meanwhile, from ${digest} to ${otherDigest}`,
    ),
  },
  {
    name: 'another digest was verified than the one that is pinned',
    request: creationOf({ containers: [container(pinnedImage)] }),
    settings,
    host: { 'oci/v2/verify': { is_trusted: true, digest: otherDigest } },
    expected: rejected(`verification of image ${pinnedImage} failed: what was verified is ${otherDigest}`),
  },
  {
    name: 'a host that does not verify',
    request: creationOf({ containers: [container(signedImage)] }),
    settings,
    expected: {
      accepted: false,
      message:
        /^Resource web is not accepted: verification of image .* failed: .*no answer for oci\/v2\/verify/,
    },
  },
  ...[undefined, null, '', 1].map((image): PolicyCase => ({
    name: `a container without image: ${JSON.stringify(image)}`,
    request: creationOf({ containers: [{ name: 'web', image }] }),
    settings,
    host,
    expected: rejected('container web has no image'),
  })),
  {
    name: 'a Pod whose name is yet to be made',
    request: admissionRequest({
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { generateName: 'web-' },
        spec: { containers: [container(unsignedImage)] },
      },
    }),
    settings,
    host,
    expected: { accepted: false, message: `Resource web- is not accepted: ${unsigned}` },
  },
  { name: 'a Pod without containers', request: creationOf({}), settings, expected: accepted },
  {
    name: 'a Deployment without pod spec',
    request: admissionRequest({
      object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } },
    }),
    settings,
    expected: accepted,
  },
  {
    name: 'an object that is no workload',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Service', spec: {} } }),
    settings,
    expected: { accepted: false, message: /^Object should be one of these kinds: / },
  },
  {
    name: 'an object without shape',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Pod', spec: { containers: 'nginx' } } }),
    settings,
    expected: { accepted: false, message: 'request.object.spec.containers must be a list of objects' },
  },
];

/** A host that trusts alice, by herself or below the root. */
const trustingHost: HostAnswers = {
  'crypto/v1/is_certificate_trusted': ({ cert, cert_chain }) => {
    const chain = cert_chain?.map(({ data }) => data) ?? [bytes(root)];
    const trusted = isDeepStrictEqual(cert.data, bytes(alice)) && isDeepStrictEqual(chain, [bytes(root)]);
    const reason = 'Certificate not trusted: Certificate is not trusted by the provided cert chain';
    return { trusted, reason: trusted ? '' : reason };
  },
};
const distrust =
  'Certificate signature for image *: ' +
  '"Certificate not trusted: Certificate is not trusted by the provided cert chain';

const settingsCase = (name: string, entry: object, message?: string | RegExp): SettingsCase => ({
  name,
  settings: { signatures: [{ image: '*', ...entry }] },
  host: trustingHost,
  valid: message === undefined,
  ...(message !== undefined && { message }),
});

const tables: PolicyTables = {
  cases,
  settings: [
    ...kinds
      .filter(({ name }) => !name.startsWith('certificates'))
      .map(({ name, entry }) => settingsCase(name, { ...entry, annotations })),
    settingsCase('certificate below a root', { certificates: [alice], certificateChain: [root] }),
    settingsCase('fields that nobody knows', { rule: 'PublicKey', pubKeys: [publicKey] }),
    ...[{}, { signatures: [] }].map((settings) => ({
      name: `no signatures: ${JSON.stringify(settings)}`,
      settings,
      valid: false,
      message: 'Signatures must not be empty',
    })),
    settingsCase(
      'no image',
      { image: '', pubKeys: [publicKey] },
      'Pub key signature for image : "no image provided"',
    ),
    settingsCase(
      'no kind of signature',
      { requireRekorBundle: true },
      'signatures[0]: must have one of pubKeys, keyless, githubActions, keylessPrefix, certificates',
    ),
    settingsCase(
      'two kinds of signatures',
      { pubKeys: [publicKey], githubActions: { owner: 'kubewarden' } },
      /^signatures\[0\]: must have one of /,
    ),
    settingsCase(
      'no public keys',
      { pubKeys: [] },
      'Pub key signature for image *: "no public key provided"',
    ),
    ...[
      ['nothing', ''],
      ['a word', 'hello'],
      ['no end', '-----BEGIN PUBLIC KEY-----\nZm9v\n'],
      ['another end', '-----BEGIN PUBLIC KEY-----\nZm9v\n-----END CERTIFICATE-----\n'],
      ['no base64', pem('PUBLIC KEY', 'Zm9')],
    ].map(([what, key]) =>
      settingsCase(
        `a public key that is none: ${what}`,
        { pubKeys: [publicKey, key] },
        'Pub key signature for image *: "non-PEM data found"',
      ),
    ),
    settingsCase('no identities', { keyless: [] }, 'Keyless signature for image *: "no identity provided"'),
    settingsCase(
      'no prefixes',
      { keylessPrefix: [] },
      'Keyless signature for image *: "no identity provided"',
    ),
    settingsCase(
      'a prefix without URL',
      { keylessPrefix: [{ issuer }] },
      'signatures[0].keylessPrefix[0]: urlPrefix is missing',
    ),
    settingsCase(
      'an owner without name',
      { githubActions: { owner: '' } },
      'GitHub action signature for image *: "no owner provided"',
    ),
    settingsCase(
      'annotations without names',
      { pubKeys: [publicKey], annotations: ['prod'] },
      'signatures[0].annotations: must map names to texts',
    ),
    settingsCase(
      'no certificates',
      { certificates: [] },
      'Certificate signature for image *: "no certificate provided"',
    ),
    settingsCase('a certificate that is not trusted', { certificates: [bob] }, `${distrust}"`),
    settingsCase(
      'original: a chain that fits one certificate, and not the other',
      { certificates: [alice, bob], certificateChain: [root], requireRekorBundle: false },
      `${distrust}"`,
    ),
    settingsCase(
      'a chain that does not fit',
      { certificates: [alice], certificateChain: [bob], requireRekorBundle: true },
      `${distrust}"`,
    ),
    settingsCase(
      'a chain that is none',
      { certificates: [alice], certificateChain: ['hello'] },
      'Certificate signature for image *: "non-PEM data found"',
    ),
    {
      name: 'a host that does not judge certificates',
      settings: { signatures: [{ image: '*', certificates: [alice] }] },
      host: {
        'crypto/v1/is_certificate_trusted': () => {
          throw new Error('cannot parse');
        },
      },
      valid: false,
      message:
        'Certificate signature for image *: ' +
        '"Error when verifying certificate: Callback evaluation failure: cannot parse"',
    },
    {
      name: 'several entries are wrong',
      settings: {
        signatures: [
          { image: 'a', pubKeys: [] },
          { image: 'b', keyless: [] },
        ],
      },
      valid: false,
      message:
        'Pub key signature for image a: "no public key provided"; ' +
        'Keyless signature for image b: "no identity provided"',
    },
    {
      name: 'fields of the wrong type',
      settings: { signatures: [{ image: 1, pubKeys: 'key' }], modifyImagesWithDigest: 'no' },
      valid: false,
      message:
        'signatures[0].image: must be a string; signatures[0].pubKeys: must be a list of strings; ' +
        'modifyImagesWithDigest: must be a boolean',
    },
  ],
};

export default tables;
