import { describe, expect, it } from 'vitest';
import { HostCallError } from '../host/errors.ts';
import type { HostRequest } from '../host/request.ts';
import type { HostExchange } from './exchange.ts';
import { formatTranscript } from './format.ts';
import { parseTranscript } from './parse.ts';
import { recordExchanges } from './record.ts';
import { replayExchanges } from './replay.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);
const caller = { policyId: 'p' };

const digest: HostRequest = { type: 'OciManifestDigest', image: 'busybox:1' };
const manifest: HostRequest = { type: 'OciManifest', image: 'busybox' };

/** One of each kind, with and without the optional fields. */
const requests: HostRequest[] = [
  digest,
  manifest,
  { type: 'OciManifestAndConfig', image: 'busybox' },
  {
    type: 'SigstorePubKeyVerify',
    image: 'i',
    pub_keys: ['-----BEGIN\nk\n-----END\n'],
    annotations: { b: '1', a: 'yes' },
  },
  { type: 'SigstoreKeylessVerify', image: 'i', keyless: [{ issuer: 'a', subject: "it's" }] },
  { type: 'SigstoreKeylessPrefixVerify', image: 'i', keyless_prefix: [{ issuer: 'a', url_prefix: 'b' }] },
  { type: 'SigstoreGithubActionsVerify', image: 'i', owner: 'null', repo: '1.0' },
  {
    type: 'SigstoreCertificateVerify',
    image: 'i',
    certificate: [1, 2],
    certificate_chain: [[3], []],
    require_rekor_bundle: false,
  },
  { type: 'DNSLookupHost', host: 'example.com' },
  {
    type: 'CryptoIsCertificateTrusted',
    request: { cert: { encoding: 'Pem', data: [45] }, cert_chain: [{ encoding: 'Der', data: [48] }] },
  },
  {
    type: 'CryptoIsCertificateTrusted',
    request: { cert: { encoding: 'Der', data: [] }, not_after: '2030-01-01T00:00:00Z' },
  },
  {
    type: 'KubernetesListResourceNamespace',
    api_version: 'v1',
    kind: 'Pod',
    namespace: 'default',
    label_selector: 'a=b',
    field_selector: 'metadata.name=x',
    field_masks: ['metadata.name'],
  },
  { type: 'KubernetesListResourceAll', api_version: 'apps/v1', kind: 'Deployment' },
  { type: 'KubernetesGetResource', api_version: 'v1', kind: 'Namespace', name: '123', disable_cache: true },
  { type: 'KubernetesGetResourcePluralName', api_version: 'v1', kind: 'Pod' },
  {
    type: 'HasKubernetesListResourceAllResultChangedSinceInstant',
    api_version: 'v1',
    kind: 'Pod',
    since: { secs: 1, nanos: 2 },
  },
  {
    type: 'KubernetesCanI',
    request: { user: 'u', groups: ['g'], resource_attributes: { verb: 'get', resource: 'pods', group: '' } },
    disable_cache: false,
  },
  { type: 'CacheSet', key: 'k', value: [255], ttl: 1 },
  { type: 'CacheGet', key: 'k' },
];

const success = (payload: string): HostExchange['response'] => ({ type: 'Success', payload: bytes(payload) });

const entry = (request: string, response = '{type: Error, message: x}'): string =>
  `- request: ${JSON.stringify(request)}\n  response: ${response}\n`;

describe('a transcript', () => {
  it('reads back as what was written, whatever the request and the payload', () => {
    const payloads = [
      '{"a":"it\'s \\"x\\""}',
      '',
      ' leading',
      'two\nlines\n',
      'null',
      '# no comment',
      '\ufeffé😀\t',
    ];
    const exchanges: HostExchange[] = [
      ...requests.map((request) => ({ request, response: success('{"ips":[]}') })),
      ...payloads.map((payload) => ({ request: digest, response: success(payload) })),
      { request: digest, response: { type: 'Error', message: 'no: such "host"\nat all' } },
    ];
    expect(parseTranscript(formatTranscript(exchanges))).toEqual(exchanges);
  });

  it('is written in the layout of the original', () => {
    const get: HostRequest = {
      type: 'KubernetesGetResource',
      api_version: 'v1',
      kind: 'Namespace',
      name: 'team-a',
      disable_cache: false,
    };
    const written = formatTranscript([
      { request: get, response: success('{"kind":"Namespace"}') },
      { request: { type: 'DNSLookupHost', host: 'h' }, response: { type: 'Error', message: 'no such host' } },
    ]);
    expect(written).toBe(`- type: Exchange
  request: |
    !KubernetesGetResource
    api_version: v1
    kind: Namespace
    name: team-a
    namespace: null
    disable_cache: false
    field_masks: null
  response:
    type: Success
    payload: '{"kind":"Namespace"}'
- type: Exchange
  request: |
    !DNSLookupHost
    host: h
  response:
    type: Error
    message: no such host
`);
  });

  it('may be older or written by hand', () => {
    const session = `---
# recorded long ago
- request: |
    ---
    !KubernetesGetResource
    disable_cache: false
    name: api
    kind: Service
    api_version: v1
  response: { payload: '{}', type: Success }
- type: Exchange
  request: "!DNSLookupHost {host: example.com}"
  response: {type: Error, message: nope}
`;
    expect(parseTranscript(session)).toEqual([
      {
        request: {
          type: 'KubernetesGetResource',
          api_version: 'v1',
          kind: 'Service',
          name: 'api',
          disable_cache: false,
        },
        response: success('{}'),
      },
      {
        request: { type: 'DNSLookupHost', host: 'example.com' },
        response: { type: 'Error', message: 'nope' },
      },
    ]);
    expect(parseTranscript('')).toEqual([]);
    expect(parseTranscript('[]')).toEqual([]);
  });

  it.each([
    ['a: [', 'line 1, column 5: '],
    ['just text', 'line 1, column 1: a list of exchanges is expected'],
    ['- 1', 'line 1, column 3: an exchange must be a mapping'],
    ['- type: Other', 'line 1, column 3: unknown type of entry: "Other"'],
    ['- response: {}', 'line 1, column 3: `request` must be a string'],
    [
      `${entry('!DNSLookupHost {host: h}')}${entry('!Nope {host: h}')}`,
      'line 3, column 12: request: unknown type of request: !Nope',
    ],
    [entry('host: h'), 'unknown type of request: no tag'],
    [entry('!DNSLookupHost'), 'a mapping with a tag is expected'],
    [entry('!DNSLookupHost {}'), 'line 1, column 12: request: missing field `host`'],
    [entry('!DNSLookupHost {host: 1}'), 'request: invalid type: integer `1`, expected a string'],
    [entry('!DNSLookupHost {host: h, 1: 2}'), 'the keys of a mapping must be strings'],
    [entry('!DNSLookupHost {host: h, host: i}'), 'Map keys must be unique'],
    [entry('!DNSLookupHost {host: h}', '{type: Maybe}'), 'the type of a response must be Success or Error'],
    [entry('!DNSLookupHost {host: h}', '{type: Success, payload: 1}'), '`payload` must be a string'],
    [entry('!DNSLookupHost {host: h}', 'x'), 'the response must be a mapping'],
  ])('that is wrong says where: %s', (session, message) => {
    expect(() => parseTranscript(session)).toThrow(message);
  });

  it('cannot hold payloads that are not text', () => {
    const exchange = {
      request: digest,
      response: { type: 'Success', payload: Uint8Array.of(0xff) },
    } as const;
    expect(() => formatTranscript([exchange])).toThrow('cannot convert response payload to utf8');
  });
});

describe('a recording', () => {
  it('holds answers and failures, and changes neither', async () => {
    const failure = new HostCallError('outer', { cause: new Error('inner') });
    const { answer, exchanges } = recordExchanges((request) => {
      if (request.type === 'OciManifest') return bytes('at once');
      if (request.type === 'OciManifestDigest') return Promise.resolve(bytes('later'));
      if (request.type === 'CacheGet') throw failure;
      return Promise.reject(failure);
    });
    expect(text(answer({ type: 'OciManifest', image: 'i' }, caller) as Uint8Array)).toBe('at once');
    expect(text(await answer({ type: 'OciManifestDigest', image: 'i' }, caller))).toBe('later');
    expect(() => answer({ type: 'CacheGet', key: 'k' }, caller)).toThrow(failure);
    await expect(answer({ type: 'DNSLookupHost', host: 'h' }, caller)).rejects.toBe(failure);
    expect(exchanges.map(({ response }) => response)).toEqual([
      success('at once'),
      success('later'),
      { type: 'Error', message: 'outer' },
      { type: 'Error', message: 'outer' },
    ]);
  });
});

describe('a replay', () => {
  it('answers in the recorded order and then no more', () => {
    const { answer, leftovers } = replayExchanges([
      { request: digest, response: success('first') },
      { request: digest, response: { type: 'Error', message: 'recorded failure' } },
      { request: manifest, response: success('third') },
    ]);
    expect(text(answer(digest, caller) as Uint8Array)).toBe('first');
    expect(() => answer(digest, caller)).toThrow(new HostCallError('recorded failure'));
    expect(leftovers()).toHaveLength(1);
    expect(text(answer(manifest, caller) as Uint8Array)).toBe('third');
    expect(leftovers()).toEqual([]);
    expect(() => answer(manifest, caller)).toThrow(
      new HostCallError('the list of recorded responses is empty'),
    );
  });

  it('uses up an exchange that is not the expected one', () => {
    const { answer, leftovers } = replayExchanges([{ request: digest, response: success('x') }]);
    expect(() => answer({ type: 'DNSLookupHost', host: 'kubewarden.io' }, caller)).toThrow(
      new HostCallError(
        'Replay error: unexpected request. Was expecting !OciManifestDigest {"image":"busybox:1"}, got !DNSLookupHost {"host":"kubewarden.io"} instead',
      ),
    );
    expect(leftovers()).toEqual([]);
  });

  it.each<[string, HostRequest, HostRequest, boolean]>([
    [
      'masks are a set',
      { type: 'KubernetesListResourceAll', api_version: 'v1', kind: 'Pod', field_masks: ['b', 'a', 'b'] },
      { type: 'KubernetesListResourceAll', kind: 'Pod', api_version: 'v1', field_masks: ['a', 'b'] },
      true,
    ],
    [
      'no mask is not an empty one',
      { type: 'KubernetesListResourceAll', api_version: 'v1', kind: 'Pod', field_masks: [] },
      { type: 'KubernetesListResourceAll', api_version: 'v1', kind: 'Pod' },
      false,
    ],
    [
      'annotations are a map',
      { type: 'SigstorePubKeyVerify', image: 'i', pub_keys: [], annotations: { a: '1', b: '2' } },
      { type: 'SigstorePubKeyVerify', image: 'i', pub_keys: [], annotations: { b: '2', a: '1' } },
      true,
    ],
    [
      'the time that has passed does not count',
      {
        type: 'HasKubernetesListResourceAllResultChangedSinceInstant',
        api_version: 'v1',
        kind: 'Pod',
        since: { secs: 1, nanos: 0 },
      },
      {
        type: 'HasKubernetesListResourceAllResultChangedSinceInstant',
        api_version: 'v1',
        kind: 'Pod',
        since: { secs: 2, nanos: 9 },
      },
      true,
    ],
    [
      'the order of a list does',
      { type: 'SigstorePubKeyVerify', image: 'i', pub_keys: ['a', 'b'] },
      { type: 'SigstorePubKeyVerify', image: 'i', pub_keys: ['b', 'a'] },
      false,
    ],
  ])('compares what requests mean: %s', (_name, recorded, asked, same) => {
    const { answer } = replayExchanges([{ request: recorded, response: success('x') }]);
    if (same) expect(text(answer(asked, caller) as Uint8Array)).toBe('x');
    else expect(() => answer(asked, caller)).toThrow('unexpected request');
  });
});
