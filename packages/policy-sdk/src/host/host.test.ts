import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HostError, log } from '../index.ts';
import { textOfBytes, toByteList } from './bytes.ts';
import { getCached, getCachedText, setCached } from './cache.ts';
import { verifyCertificate as certificateTrust } from './crypto.ts';
import { canI, get, list, listByNamespace } from './kubernetes.ts';
import { lookupHost } from './net.ts';
import { manifest, manifestAndConfig, manifestDigest } from './oci.ts';
import * as v1 from './verify-v1.ts';
import * as v2 from './verify.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Answers every call, and returns what was asked. */
function host(answer: unknown): string[][] {
  const calls: string[][] = [];
  vi.stubGlobal('__kw_host_call', (...call: string[]) => {
    calls.push(call);
    if (answer instanceof Error) throw answer;
    return typeof answer === 'string' ? answer : JSON.stringify(answer);
  });
  return calls;
}

const emptyList = { items: [] };
const trusted = { is_trusted: true, digest: 'sha256:1' };

/** What is called, the operation and the payload on the wire, what the host answers, and the result. */
const operations: readonly (readonly [string, () => unknown, string, string, unknown, unknown])[] = [
  [
    'kubernetes.listByNamespace',
    () =>
      listByNamespace({
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: 'default',
        labelSelector: 'app=nginx',
        fieldSelector: 'status.phase=Running',
      }),
    'kubernetes list_resources_by_namespace',
    '{"api_version":"v1","kind":"Pod","namespace":"default","label_selector":"app=nginx","field_selector":"status.phase=Running"}',
    emptyList,
    emptyList,
  ],
  [
    'kubernetes.list',
    () =>
      list({
        apiVersion: 'v1',
        kind: 'Pod',
        labelSelector: 'app=nginx',
        fieldSelector: 'status.phase=Running',
      }),
    'kubernetes list_resources_all',
    '{"api_version":"v1","kind":"Pod","label_selector":"app=nginx","field_selector":"status.phase=Running"}',
    emptyList,
    emptyList,
  ],
  [
    'kubernetes.list with field masks',
    () => list({ apiVersion: 'apps/v1', kind: 'Deployment', fieldMasks: ['spec.replicas'] }),
    'kubernetes list_resources_all',
    '{"api_version":"apps/v1","kind":"Deployment","field_masks":["spec.replicas"]}',
    emptyList,
    emptyList,
  ],
  [
    'kubernetes.get',
    () => get({ apiVersion: 'v1', kind: 'Pod', name: 'nginx', namespace: 'default' }),
    'kubernetes get_resource',
    '{"api_version":"v1","kind":"Pod","name":"nginx","namespace":"default","disable_cache":false}',
    { kind: 'Pod' },
    { kind: 'Pod' },
  ],
  [
    'kubernetes.get of a cluster-wide object, live',
    () =>
      get({
        apiVersion: 'v1',
        kind: 'Namespace',
        name: 'a',
        disableCache: true,
        fieldMasks: ['status.phase'],
      }),
    'kubernetes get_resource',
    '{"api_version":"v1","kind":"Namespace","name":"a","disable_cache":true,"field_masks":["status.phase"]}',
    {},
    {},
  ],
  [
    'kubernetes.canI',
    () =>
      canI({
        user: 'jane.doe@example.com',
        groups: ['developers'],
        namespace: 'default',
        verb: 'get',
        group: '',
        resource: 'pods',
      }),
    'kubernetes can_i',
    '{"subject_access_review":{"groups":["developers"],"resource_attributes":{"namespace":"default","verb":"get","group":"","resource":"pods"},"user":"jane.doe@example.com"},"disable_cache":false}',
    { allowed: true },
    { allowed: true },
  ],
  [
    'kubernetes.canI with all there is',
    () =>
      canI({
        user: 'u',
        verb: 'get',
        resource: 'pods',
        version: 'v1',
        subresource: 'log',
        name: 'n',
        disableCache: true,
      }),
    'kubernetes can_i',
    '{"subject_access_review":{"resource_attributes":{"verb":"get","resource":"pods","subresource":"log","name":"n","version":"v1"},"user":"u"},"disable_cache":true}',
    { allowed: false, reason: 'no' },
    { allowed: false, reason: 'no' },
  ],
  [
    'crypto.verifyCertificate',
    () =>
      certificateTrust({
        certificate: { encoding: 'Pem', data: 'cé' },
        chain: [{ encoding: 'Der', data: Uint8Array.of(48, 255) }],
        at: '2021-10-01T00:00:00Z',
      }),
    'crypto v1/is_certificate_trusted',
    '{"cert":{"encoding":"Pem","data":[99,195,169]},"cert_chain":[{"encoding":"Der","data":[48,255]}],"not_after":"2021-10-01T00:00:00Z"}',
    { trusted: true, reason: '' },
    { trusted: true },
  ],
  [
    'crypto.verifyCertificate at a date',
    () =>
      certificateTrust({
        certificate: { encoding: 'Pem', data: Uint8Array.of(1) },
        at: new Date(Date.UTC(2021, 9, 1)),
      }),
    'crypto v1/is_certificate_trusted',
    '{"cert":{"encoding":"Pem","data":[1]},"cert_chain":null,"not_after":"2021-10-01T00:00:00.000Z"}',
    { trusted: false, reason: 'expired' },
    { trusted: false, reason: 'expired' },
  ],
  [
    'crypto.verifyCertificate now',
    () => certificateTrust({ certificate: { encoding: 'Pem', data: '' } }),
    'crypto v1/is_certificate_trusted',
    '{"cert":{"encoding":"Pem","data":[]},"cert_chain":null,"not_after":null}',
    { trusted: false },
    { trusted: false, reason: '' },
  ],
  [
    'verify.verifyPublicKeys',
    () => v2.verifyPublicKeys({ image: 'myimage:latest', publicKeys: ['pubkey1', 'pubkey2'] }),
    'oci v2/verify',
    '{"type":"SigstorePubKeyVerify","image":"myimage:latest","pub_keys":["pubkey1","pubkey2"],"annotations":null}',
    trusted,
    { isTrusted: true, digest: 'sha256:1' },
  ],
  [
    'verify.verifyKeyless',
    () =>
      v2.verifyKeyless({
        image: 'i',
        identities: [{ issuer: 'a', subject: 'b' }],
        annotations: { env: 'prod' },
      }),
    'oci v2/verify',
    '{"type":"SigstoreKeylessVerify","image":"i","keyless":[{"issuer":"a","subject":"b"}],"annotations":{"env":"prod"}}',
    trusted,
    { isTrusted: true, digest: 'sha256:1' },
  ],
  [
    'verify.verifyKeylessPrefix',
    () => v2.verifyKeylessPrefix({ image: 'i', identities: [{ issuer: 'a', urlPrefix: 'https://b' }] }),
    'oci v2/verify',
    '{"type":"SigstoreKeylessPrefixVerify","image":"i","keyless_prefix":[{"issuer":"a","url_prefix":"https://b"}],"annotations":null}',
    trusted,
    { isTrusted: true, digest: 'sha256:1' },
  ],
  [
    'verify.verifyGithubActions',
    () => v2.verifyGithubActions({ image: 'myimage:latest', owner: 'myorg' }),
    'oci v2/verify',
    '{"type":"SigstoreGithubActionsVerify","image":"myimage:latest","owner":"myorg","annotations":null}',
    trusted,
    { isTrusted: true, digest: 'sha256:1' },
  ],
  [
    'verify.verifyGithubActions of a repository',
    () => v2.verifyGithubActions({ image: 'i', owner: 'o', repository: 'r' }),
    'oci v2/verify',
    '{"type":"SigstoreGithubActionsVerify","image":"i","owner":"o","repo":"r","annotations":null}',
    trusted,
    { isTrusted: true, digest: 'sha256:1' },
  ],
  [
    'verify.verifyCertificate',
    () =>
      v2.verifyCertificate({
        image: 'myimage:latest',
        certificate: '--',
        certificateChain: ['a', Uint8Array.of(2)],
        requireRekorBundle: false,
      }),
    'oci v2/verify',
    '{"type":"SigstoreCertificateVerify","image":"myimage:latest","certificate":[45,45],"certificate_chain":[[97],[2]],"require_rekor_bundle":false,"annotations":null}',
    trusted,
    { isTrusted: true, digest: 'sha256:1' },
  ],
  [
    'verify-v1.verifyPublicKeys',
    () => v1.verifyPublicKeys({ image: 'i', publicKeys: ['k'] }),
    'oci v1/verify',
    '{"SigstorePubKeyVerify":{"image":"i","pub_keys":["k"],"annotations":null}}',
    trusted,
    { isTrusted: true, digest: 'sha256:1' },
  ],
  [
    'verify-v1.verifyKeyless',
    () => v1.verifyKeyless({ image: 'i', identities: [{ issuer: 'a', subject: 'b' }] }),
    'oci v1/verify',
    '{"SigstoreKeylessVerify":{"image":"i","keyless":[{"issuer":"a","subject":"b"}],"annotations":null}}',
    trusted,
    { isTrusted: true, digest: 'sha256:1' },
  ],
  ['oci.manifestDigest', () => manifestDigest('i'), 'oci v1/manifest_digest', '"i"', { digest: 'd' }, 'd'],
  ['oci.manifest', () => manifest('i'), 'oci v1/oci_manifest', '"i"', { layers: [] }, { layers: [] }],
  [
    'oci.manifest of an index',
    () => manifest('i'),
    'oci v1/oci_manifest',
    '"i"',
    { manifests: [] },
    { manifests: [] },
  ],
  [
    'oci.manifest in a wrapper',
    () => manifest('i'),
    'oci v1/oci_manifest',
    '"i"',
    { image: { layers: [] } },
    { layers: [] },
  ],
  [
    'oci.manifest of an index in a wrapper',
    () => manifest('i'),
    'oci v1/oci_manifest',
    '"i"',
    { index: { manifests: [] } },
    { manifests: [] },
  ],
  [
    'oci.manifestAndConfig',
    () => manifestAndConfig('i'),
    'oci v1/oci_manifest_config',
    '"i"',
    { manifest: {}, digest: 'd', config: {} },
    { manifest: {}, digest: 'd', config: {} },
  ],
  ['net.lookupHost', () => lookupHost('h'), 'net v1/dns_lookup_host', '"h"', { ips: ['::1'] }, ['::1']],
  [
    'cache.setCached',
    () => setCached('k', 'aé', 60),
    'cache set',
    '{"key":"k","value":[97,195,169],"ttl":60}',
    { code: 0, message: 'ok' },
    undefined,
  ],
  [
    'cache.getCached',
    () => getCached('k'),
    'cache get',
    '{"key":"k"}',
    { code: 0, message: 'hit', value: [0, 255] },
    Uint8Array.of(0, 255),
  ],
  [
    'cache.getCached of nothing',
    () => getCached('k'),
    'cache get',
    '{"key":"k"}',
    { code: 0, message: 'miss', value: [] },
    undefined,
  ],
  [
    'cache.getCachedText',
    () => getCachedText('k'),
    'cache get',
    '{"key":"k"}',
    { code: 0, message: 'hit', value: [97, 195, 169] },
    'aé',
  ],
];

describe.each(operations)('%s', (_name, call, capability, payload, answer, result) => {
  const [namespace, operation] = capability.split(' ') as [string, string];

  it('asks in the words of the host, and understands it', () => {
    const calls = host(answer);
    expect(call()).toEqual(result);
    expect(calls).toEqual([['kubewarden', namespace, operation, payload]]);
  });

  it('fails with what the host says', () => {
    host(new Error('Policy has not been granted access'));
    const failure = caught(call);
    expect(failure.message).toBe('Policy has not been granted access');
    expect(failure.capability).toBe(`${namespace}/${operation}`);
  });

  it.each(['', 'no JSON', 'null', '1', '[]', '"text"'])('does not take any answer: %j', (answer) => {
    host(answer);
    expect(caught(call).message).toBe(
      `the host's answer to ${namespace}/${operation} is not what it should be`,
    );
  });

  it('says when there is no host', () => {
    expect(caught(call).message).toContain(`there is no host to ask for ${namespace}/${operation}`);
  });
});

it.each([
  ['a list without items', () => list({ apiVersion: 'v1', kind: 'Pod' })],
  ['an access review without verdict', () => canI({ user: 'u', verb: 'get', resource: 'pods' })],
  ['a verification without verdict', () => v2.verifyGithubActions({ image: 'i', owner: 'o' })],
  ['a digest without digest', () => manifestDigest('i')],
  ['a manifest without layers', () => manifest('i')],
  ['an image without configuration', () => manifestAndConfig('i')],
  ['a host without addresses', () => lookupHost('h')],
])('%s is no answer', (_name, call) => {
  host({ digest: 1, other: true });
  expect(caught(call).message).toContain('is not what it should be');
});

it('what the cache does not take is an error', () => {
  host({ code: 1, message: 'the ttl must be at least one second' });
  expect(caught(() => setCached('k', 'v', 0)).message).toBe('the ttl must be at least one second');
});

it('text becomes UTF-8 and text again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(toByteList(text)).toEqual([...new TextEncoder().encode(text)]);
      expect(textOfBytes(toByteList(text))).toBe(text);
    }),
  );
  expect(toByteList('\ud800')).toEqual([239, 191, 189]);
  expect(() => textOfBytes([255])).toThrow(URIError);
});

describe('a log entry', () => {
  it.each([
    ['trace', log.trace],
    ['debug', log.debug],
    ['info', log.info],
    ['warning', log.warn],
    ['error', log.error],
  ])('has the level that hosts know: %s', (level, write) => {
    const calls = host('');
    write('hello', { name: 'nginx', level: 'x' });
    expect(calls).toEqual([
      ['kubewarden', 'tracing', 'log', `{"name":"nginx","level":"${level}","message":"hello"}`],
    ]);
  });

  it('never changes a verdict', () => {
    log.info('nobody listens');
    const calls = host('');
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    log.info('hello', { circle, big: 1n });
    expect(calls).toEqual([['kubewarden', 'tracing', 'log', '{"level":"info","message":"hello"}']]);
  });
});

function caught(call: () => unknown): HostError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(HostError);
    return error as HostError;
  }
  return expect.fail('nothing was thrown');
}
