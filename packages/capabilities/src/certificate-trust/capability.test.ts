// oxlint-disable-next-line import/no-unassigned-import -- a polyfill that @peculiar/x509 asks for
import 'reflect-metadata';
import { X509Certificate as NodeCertificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { Certificate, CertificateVerificationRequest } from '@kubewarden/evaluator';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCertificateTrust } from './capability.ts';
import { readTrustAnchor } from './certificate.ts';
import { mozillaAnchors } from './mozilla-roots.ts';
import { parseTimestamp } from './time.ts';

cryptoProvider.set(crypto);

const day = 86_400_000;
const now = Date.UTC(2030, 0, 1);

interface Made {
  readonly certificate: X509Certificate;
  readonly name: string;
  readonly keys: CryptoKeyPair;
}

interface Options {
  readonly name: string;
  readonly issuer?: Made;
  /** Days from the instant at which it is checked. */
  readonly from?: number;
  readonly to?: number;
  readonly extensions?: readonly Extension[];
  readonly algorithm?: EcKeyGenParams | RsaHashedKeyGenParams;
  readonly hash?: string;
}

async function make(options: Options): Promise<Made> {
  const algorithm = options.algorithm ?? { name: 'ECDSA', namedCurve: 'P-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const issuer = options.issuer ?? { name: `CN=${options.name}`, keys };
  const signingName = issuer.keys.privateKey.algorithm.name;
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${options.name}`,
    issuer: issuer.name,
    notBefore: new Date(now + (options.from ?? -10) * day),
    notAfter: new Date(now + (options.to ?? 10) * day),
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: {
      name: signingName,
      hash: options.hash ?? 'SHA-256',
      ...(signingName === 'RSA-PSS' && { saltLength: 48 }),
    },
    extensions: [...(options.extensions ?? [])],
  });
  return { certificate, name: `CN=${options.name}`, keys };
}

const authority = (pathLength?: number, usages = KeyUsageFlags.keyCertSign): Extension[] => [
  new BasicConstraintsExtension(true, pathLength, true),
  new KeyUsagesExtension(usages, true),
];

const der = ({ certificate }: Made): Certificate => ({
  encoding: 'Der',
  data: [...new Uint8Array(certificate.rawData)],
});
const pem = ({ certificate }: Made): Certificate => ({
  encoding: 'Pem',
  data: [...Buffer.from(certificate.toString('pem'))],
});

interface Answer {
  readonly trusted: boolean;
  readonly reason: string;
}

function check(request: CertificateVerificationRequest): Answer {
  const answer = createCertificateTrust(() => now)(
    { type: 'CryptoIsCertificateTrusted', request },
    { policyId: 'p' },
  );
  return JSON.parse(new TextDecoder().decode(answer as Uint8Array)) as Answer;
}

const broken = (
  data: readonly number[],
  encoding: 'Pem' | 'Der' = 'Der',
): CertificateVerificationRequest => ({ cert: { encoding, data } });

const at = (days: number): string => new Date(now + days * day).toISOString();

const trusted = { trusted: true, reason: '' };
const because = (reason: string): Answer => ({ trusted: false, reason });
const expired = because('Certificate is being used after its expiration date');
const early = because('Certificate is being used before its validity date');
const unknown = because('Certificate is not trusted by the provided cert chain');

describe('a certificate', () => {
  let root: Made;
  let intermediate: Made;
  let leaf: Made;
  let direct: Made;

  beforeAll(async () => {
    root = await make({ name: 'root', extensions: authority() });
    intermediate = await make({ name: 'intermediate', issuer: root, extensions: authority(0) });
    leaf = await make({ name: 'leaf', issuer: intermediate });
    direct = await make({
      name: 'direct',
      issuer: root,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new ExtendedKeyUsageExtension(['1.2.3.4'], true),
      ],
    });
  });

  it('is trusted when a chain leads to the last certificate, in either encoding', () => {
    expect(check({ cert: pem(leaf), cert_chain: [pem(intermediate), pem(root)] })).toEqual(trusted);
    expect(check({ cert: der(leaf), cert_chain: [der(intermediate), der(root)] })).toEqual(trusted);
    expect(check({ cert: der(direct), cert_chain: [pem(root)] })).toEqual(trusted);
  });

  it('may stand first in a bundle', () => {
    const both = { encoding: 'Pem', data: [...pem(leaf).data, ...pem(root).data] } as const;
    expect(check({ cert: both, cert_chain: [der(intermediate), der(root)] })).toEqual(trusted);
  });

  it('is not trusted by another chain, an incomplete one, an empty one or by the public roots', async () => {
    const other = await make({ name: 'other', extensions: authority() });
    const impostor = await make({ name: 'root', extensions: authority() });
    expect(check({ cert: der(leaf), cert_chain: [der(other)] })).toEqual(unknown);
    expect(check({ cert: der(leaf), cert_chain: [der(root)] })).toEqual(unknown);
    expect(check({ cert: der(leaf), cert_chain: [] })).toEqual(unknown);
    expect(check({ cert: der(leaf) })).toEqual(unknown);
    // Same name, other key.
    expect(check({ cert: der(direct), cert_chain: [der(impostor)] })).toEqual(unknown);
    // The last one alone is the anchor.
    expect(check({ cert: der(direct), cert_chain: [der(root), der(other)] })).toEqual(unknown);
  });

  it('has to be valid at the instant, as intermediates have but not the root', async () => {
    const past = { from: -20, to: -1 };
    const oldRoot = await make({ name: 'old root', extensions: authority(), ...past });
    const oldIntermediate = await make({ name: 'oi', issuer: root, extensions: authority(), ...past });
    const ofOldRoot = await make({ name: 'a', issuer: oldRoot });
    const ofOldIntermediate = await make({ name: 'b', issuer: oldIntermediate });
    const old = await make({ name: 'c', issuer: root, ...past });
    const future = await make({ name: 'd', issuer: root, from: 1 });
    expect(check({ cert: der(ofOldRoot), cert_chain: [der(oldRoot)] })).toEqual(trusted);
    expect(check({ cert: der(ofOldIntermediate), cert_chain: [der(oldIntermediate), der(root)] })).toEqual(
      expired,
    );
    expect(check({ cert: der(old), cert_chain: [der(root)] })).toEqual(expired);
    expect(check({ cert: der(future), cert_chain: [der(root)] })).toEqual(early);
    // Validity comes before trust.
    expect(check({ cert: der(old) })).toEqual(expired);
    expect(check({ cert: der(future), cert_chain: [] })).toEqual(early);
    expect(check({ cert: der(old), cert_chain: [der(root)], not_after: at(-2) })).toEqual(trusted);
    expect(check({ cert: der(direct), cert_chain: [der(root)], not_after: at(10) })).toEqual(trusted);
    expect(check({ cert: der(direct), cert_chain: [der(root)], not_after: at(10.001) })).toEqual(expired);
  });

  it('needs authorities that are such, and the path lengths that they allow', async () => {
    const notAuthority = await make({
      name: 'x',
      issuer: root,
      extensions: [new BasicConstraintsExtension(false)],
    });
    const silent = await make({ name: 'y', issuer: root });
    const mayNotSign = await make({
      name: 'z',
      issuer: root,
      extensions: authority(undefined, KeyUsageFlags.digitalSignature),
    });
    const below = async (issuer: Made): Promise<Answer> => {
      const cert = await make({ name: 'leaf', issuer });
      return check({ cert: der(cert), cert_chain: [der(issuer), der(root)] });
    };
    expect(await below(notAuthority)).toEqual(because('Certificate not trusted: EndEntityUsedAsCa'));
    expect(await below(silent)).toEqual(because('Certificate not trusted: EndEntityUsedAsCa'));
    expect(await below(mayNotSign)).toEqual(because('Certificate not trusted: IssuerNotCertSigner'));
    const tooDeep = await make({ name: 'deep', issuer: intermediate, extensions: authority() });
    const underTooDeep = await make({ name: 'leaf', issuer: tooDeep });
    expect(
      check({ cert: der(underTooDeep), cert_chain: [der(tooDeep), der(intermediate), der(root)] }),
    ).toEqual(because('Certificate not trusted: PathLenConstraintViolated'));
    expect(check({ cert: der(intermediate), cert_chain: [der(root)] })).toEqual(
      because('Certificate not trusted: CaUsedAsEndEntity'),
    );
  });

  it('is found through the right ones of many intermediates, and refused when the search takes too long', async () => {
    const lookAlikes = await Promise.all(
      Array.from({ length: 12 }, () =>
        make({ name: 'same', issuer: { ...root, name: 'CN=same' }, extensions: authority() }),
      ),
    );
    const cert = await make({ name: 'leaf', issuer: lookAlikes.at(-1)! });
    expect(check({ cert: der(cert), cert_chain: [...lookAlikes.map(der), der(root)] })).toEqual(
      because('Certificate not trusted: MaximumPathBuildCallsExceeded'),
    );
    const impostor = await make({ name: 'same', extensions: authority() });
    expect(check({ cert: der(cert), cert_chain: [...lookAlikes.map(der), der(impostor)] })).toEqual(
      because('Certificate not trusted: MaximumSignatureChecksExceeded'),
    );
    expect(
      check({ cert: der(leaf), cert_chain: [...lookAlikes.map(der), der(intermediate), der(root)] }),
    ).toEqual(trusted);
  });

  it('may be six intermediates away from its anchor', async () => {
    const chain = [root];
    const leaves: Made[] = [];
    for (let depth = 1; depth <= 7; depth += 1) {
      const issuer = await make({ name: `level ${depth}`, issuer: chain.at(-1)!, extensions: authority() });
      chain.push(issuer);
      leaves.push(await make({ name: 'leaf', issuer }));
    }
    const below = (depth: number): Answer =>
      check({
        cert: der(leaves.at(depth - 1)!),
        cert_chain: chain
          .slice(0, depth + 1)
          .toReversed()
          .map(der),
      });
    expect(below(6)).toEqual(trusted);
    expect(below(7)).toEqual(because('Certificate not trusted: MaximumPathDepthExceeded'));
  });

  it.each<[string, RsaHashedKeyGenParams | EcKeyGenParams, string, Answer]>([
    ['RSA 2048', rsa('RSASSA-PKCS1-v1_5', 2048, 'SHA-256'), 'SHA-256', trusted],
    ['RSA-PSS', rsa('RSA-PSS', 2048, 'SHA-384'), 'SHA-384', trusted],
    ['P-384', { name: 'ECDSA', namedCurve: 'P-384' }, 'SHA-384', trusted],
    ['RSA 1024', rsa('RSASSA-PKCS1-v1_5', 1024, 'SHA-256'), 'SHA-256', unknown],
    [
      'SHA-1',
      rsa('RSASSA-PKCS1-v1_5', 2048, 'SHA-1'),
      'SHA-1',
      because('Certificate not trusted: UnsupportedSignatureAlgorithm'),
    ],
  ])('signed with %s', async (_name, algorithm, hash, answer) => {
    const anchor = await make({ name: 'anchor', extensions: authority(), algorithm, hash });
    const cert = await make({ name: 'leaf', issuer: anchor, hash });
    expect(check({ cert: der(cert), cert_chain: [der(anchor)] })).toEqual(answer);
  });

  it.each<[string, string, string, boolean]>([
    // [constraints of the authority, kind of the name, name, allowed]
    ['permitted dns example.com', 'dns', 'a.example.com', true],
    ['permitted dns example.com', 'dns', 'EXAMPLE.com', true],
    ['permitted dns example.com', 'dns', 'notexample.com', false],
    ['permitted dns example.com', 'ip', '192.0.2.1', true],
    ['excluded dns example.com', 'dns', 'a.example.com', false],
    ['excluded dns a.example.com', 'dns', '*.example.com', false],
    ['excluded dns example.com', 'dns', 'example.org', true],
    ['permitted ip c0000200ffffff00', 'ip', '192.0.2.77', true],
    ['permitted ip c0000200ffffff00', 'ip', '192.0.3.1', false],
    ['excluded ip c0000200ffffff00', 'ip', '192.0.2.77', false],
    // Forms that are not understood refuse whoever has such a name.
    ['permitted email example.com', 'email', 'a@example.com', false],
    ['excluded email example.org', 'email', 'a@example.com', false],
    ['permitted directory', 'dns', 'example.com', false],
  ])(
    'under an authority with the constraint %s, named %s %s, is accepted: %s',
    async (constraint, kind, name, allowed) => {
      const constrained = await make({
        name: 'constrained',
        issuer: root,
        extensions: [...authority(), nameConstraints(constraint)],
      });
      const cert = await make({
        name: 'leaf',
        issuer: constrained,
        extensions: [
          new SubjectAlternativeNameExtension([{ type: kind as 'dns' | 'ip' | 'email', value: name }]),
        ],
      });
      const answer = check({ cert: der(cert), cert_chain: [der(constrained), der(root)] });
      expect(answer).toEqual(allowed ? trusted : because('Certificate not trusted: NameConstraintViolation'));
    },
  );

  it('with a critical extension that is not understood is refused, unless it is the anchor', async () => {
    const strange = new Extension('1.2.3.4', true, Uint8Array.of(5, 0));
    const cert = await make({ name: 'leaf', issuer: root, extensions: [strange] });
    expect(() => check({ cert: der(cert), cert_chain: [der(root)] })).toThrow(
      'Certificate is not a valid end-entity certificate: UnsupportedCriticalExtension',
    );
    const middle = await make({ name: 'middle', issuer: root, extensions: [...authority(), strange] });
    const below = await make({ name: 'leaf', issuer: middle });
    expect(check({ cert: der(below), cert_chain: [der(middle), der(root)] })).toEqual(
      because('Certificate not trusted: UnsupportedCriticalExtension'),
    );
    expect(check({ cert: der(below), cert_chain: [der(middle)] })).toEqual(trusted);
  });

  it('that is none is an error of the call', () => {
    expect(() => check(broken([], 'Pem'))).toThrow('Certificate PEM data is not valid: no items found');
    expect(() => check(broken(der(leaf).data.slice(0, -1)))).toThrow('valid end-entity certificate: BadDer');
    expect(() => check(broken([...der(leaf).data, 0]))).toThrow('valid end-entity certificate: BadDer');
    expect(() => check({ cert: der(leaf), cert_chain: [{ encoding: 'Der', data: [1] }] })).toThrow('BadDer');
    expect(() => check({ cert: der(leaf), not_after: 'tomorrow' })).toThrow(
      'Timestamp not_after is not in RFC3339 format',
    );
    const data = der(leaf).data;
    for (let length = 0; length < data.length; length += 1) {
      expect(() => check(broken(data.slice(0, length)))).toThrow('BadDer');
    }
  });
});

describe('the public roots', () => {
  it('are all those that Node has, each found by its name', () => {
    for (const pem of rootCertificates) {
      const { raw, subject, publicKey } = new NodeCertificate(pem);
      const found = mozillaAnchors(readTrustAnchor(raw).subject).map(
        (anchor) => new NodeCertificate(anchor.raw),
      );
      expect(found.map((anchor) => anchor.subject)).toContain(subject);
      expect(found.some((anchor) => anchor.publicKey.equals(publicKey))).toBe(true);
    }
    expect(mozillaAnchors(Uint8Array.of(1))).toEqual([]);
  });
});

describe('a timestamp', () => {
  it.each([
    ['2030-01-01T00:00:00Z', Date.UTC(2030, 0, 1)],
    ['2030-01-01t00:00:00.999z', Date.UTC(2030, 0, 1)],
    ['2030-01-01 01:30:00+01:30', Date.UTC(2030, 0, 1)],
    ['2029-12-31T23:00:00-01:00', Date.UTC(2030, 0, 1)],
    ['2024-02-29T23:59:60Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
    ['2023-02-29T00:00:00Z', undefined],
    ['2030-13-01T00:00:00Z', undefined],
    ['2030-01-01T24:00:00Z', undefined],
    ['2030-01-01T00:00:00', undefined],
    ['2030-01-01', undefined],
    [' 2030-01-01T00:00:00Z', undefined],
  ])('%s is %s', (text, time) => {
    expect(parseTimestamp(text)).toBe(time);
  });
});

function rsa(name: string, modulusLength: number, hash: string): RsaHashedKeyGenParams {
  return { name, modulusLength, publicExponent: Uint8Array.of(1, 0, 1), hash };
}

/** `permitted dns example.com` as an extension. */
function nameConstraints(description: string): Extension {
  const [subtrees = '', form = '', value = ''] = description.split(' ');
  const bases = new Map([
    ['dns', () => wrap(0x82, Buffer.from(value))],
    ['ip', () => wrap(0x87, Buffer.from(value, 'hex'))],
    ['email', () => wrap(0x81, Buffer.from(value))],
    ['directory', () => wrap(0xa4, wrap(0x30, Buffer.alloc(0)))],
  ]);
  const base = wrap(0x30, bases.get(form)!());
  return new Extension('2.5.29.30', true, wrap(0x30, wrap(subtrees === 'permitted' ? 0xa0 : 0xa1, base)));
}

function wrap(tag: number, content: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  return Buffer.concat([Buffer.of(tag, content.length), content]);
}
