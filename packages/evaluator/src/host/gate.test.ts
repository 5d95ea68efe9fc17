import { describe, expect, it } from 'vitest';
import { parseHostCapabilities } from './capabilities.ts';
import { HostCallError, HostChannelError } from './errors.ts';
import { createHostGate, maximumHostCallName, maximumHostCallPayload } from './gate.ts';
import { maximumLogEntry } from './guest-log.ts';
import type { PolicyLogEntry } from './log.ts';
import type { HostAnswerer, HostRequest } from './request.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

interface Setup {
  readonly patterns?: readonly string[];
  readonly resources?: readonly string[];
  readonly answer?: HostAnswerer;
}

/** A gate whose answers are recorded; all capabilities and `v1/Pod` are granted unless said otherwise. */
function setup({ patterns = ['*'], resources = ['v1/Pod'], answer }: Setup = {}) {
  const requests: HostRequest[] = [];
  const entries: PolicyLogEntry[] = [];
  const gate = createHostGate(
    {
      policyId: 'group/member',
      hostCapabilities: parseHostCapabilities(patterns),
      contextAwareResources: resources.map((resource) => {
        const split = resource.lastIndexOf('/');
        return { apiVersion: resource.slice(0, split), kind: resource.slice(split + 1) };
      }),
    },
    (request, caller) => {
      expect(caller).toEqual({ policyId: 'group/member' });
      requests.push(request);
      return answer === undefined ? bytes('"answer"') : answer(request, caller);
    },
    (entry) => entries.push(entry),
  );
  const call = (namespace: string, operation: string, payload: string, binding = 'kubewarden') =>
    gate.call(binding, namespace, operation, bytes(payload));
  return { gate, requests, entries, call };
}

/** Payloads as the SDKs send them, and the requests that they stand for. */
const operations: [string, string, string, HostRequest][] = [
  ['oci', 'v1/manifest_digest', '"busybox"', { type: 'OciManifestDigest', image: 'busybox' }],
  ['oci', 'v1/oci_manifest', '"busybox"', { type: 'OciManifest', image: 'busybox' }],
  ['oci', 'v1/oci_manifest_config', '"busybox"', { type: 'OciManifestAndConfig', image: 'busybox' }],
  [
    'oci',
    'v1/verify',
    '{"SigstorePubKeyVerify":{"image":"i","pub_keys":["k"],"annotations":{"env":"prod","__proto__":"x"}}}',
    {
      type: 'SigstorePubKeyVerify',
      image: 'i',
      pub_keys: ['k'],
      annotations: Object.fromEntries([
        ['__proto__', 'x'],
        ['env', 'prod'],
      ]),
    },
  ],
  [
    'oci',
    'v1/verify',
    '{"SigstoreKeylessVerify":{"image":"i","keyless":[{"issuer":"a","subject":"b"}],"annotations":null}}',
    { type: 'SigstoreKeylessVerify', image: 'i', keyless: [{ issuer: 'a', subject: 'b' }] },
  ],
  [
    'oci',
    'v2/verify',
    '{"image":"i","keyless_prefix":[{"issuer":"a","url_prefix":"b"}],"type":"SigstoreKeylessPrefixVerify"}',
    { type: 'SigstoreKeylessPrefixVerify', image: 'i', keyless_prefix: [{ issuer: 'a', url_prefix: 'b' }] },
  ],
  [
    'oci',
    'v2/verify',
    '{"type":"SigstoreGithubActionsVerify","image":"i","owner":"o","repo":null,"annotations":null}',
    { type: 'SigstoreGithubActionsVerify', image: 'i', owner: 'o' },
  ],
  [
    'oci',
    'v2/verify',
    '{"type":"SigstoreCertificateVerify","image":"i","certificate":[0,45,255],"certificate_chain":[[1],[]],"require_rekor_bundle":true}',
    {
      type: 'SigstoreCertificateVerify',
      image: 'i',
      certificate: [0, 45, 255],
      certificate_chain: [[1], []],
      require_rekor_bundle: true,
    },
  ],
  ['net', 'v1/dns_lookup_host', '"example.com"', { type: 'DNSLookupHost', host: 'example.com' }],
  [
    'crypto',
    'v1/is_certificate_trusted',
    '{"cert":{"encoding":"Pem","data":[45]},"cert_chain":[{"encoding":"Der","data":[48,130]}],"not_after":"2030-01-01T00:00:00Z"}',
    {
      type: 'CryptoIsCertificateTrusted',
      request: {
        cert: { encoding: 'Pem', data: [45] },
        cert_chain: [{ encoding: 'Der', data: [48, 130] }],
        not_after: '2030-01-01T00:00:00Z',
      },
    },
  ],
  // Left out by the JavaScript SDK, empty from the Go SDK.
  [
    'crypto',
    'v1/is_certificate_trusted',
    '{"cert":{"encoding":"Pem","data":[]}}',
    { type: 'CryptoIsCertificateTrusted', request: { cert: { encoding: 'Pem', data: [] } } },
  ],
  [
    'crypto',
    'v1/is_certificate_trusted',
    '{"cert":{"encoding":"Pem","data":[]},"cert_chain":null,"not_after":""}',
    { type: 'CryptoIsCertificateTrusted', request: { cert: { encoding: 'Pem', data: [] } } },
  ],
  [
    'kubernetes',
    'list_resources_by_namespace',
    '{"api_version":"v1","kind":"Pod","namespace":"n","label_selector":"a=b","field_selector":null,"field_masks":["b","a"]}',
    {
      type: 'KubernetesListResourceNamespace',
      api_version: 'v1',
      kind: 'Pod',
      namespace: 'n',
      label_selector: 'a=b',
      field_masks: ['b', 'a'],
    },
  ],
  [
    'kubernetes',
    'list_resources_all',
    '{"api_version":"v1","kind":"Pod"}',
    { type: 'KubernetesListResourceAll', api_version: 'v1', kind: 'Pod' },
  ],
  [
    'kubernetes',
    'get_resource',
    '{"api_version":"v1","kind":"Pod","name":"p","namespace":"n","disable_cache":true,"unknown":1}',
    {
      type: 'KubernetesGetResource',
      api_version: 'v1',
      kind: 'Pod',
      name: 'p',
      namespace: 'n',
      disable_cache: true,
    },
  ],
  [
    'kubernetes',
    'can_i',
    '{"subject_access_review":{"groups":null,"resource_attributes":{"verb":"get","resource":"pods","group":""},"user":"u"},"disable_cache":false}',
    {
      type: 'KubernetesCanI',
      disable_cache: false,
      request: { user: 'u', resource_attributes: { verb: 'get', resource: 'pods', group: '' } },
    },
  ],
  // The spelling of the Go SDK.
  [
    'kubernetes',
    'can_i',
    '{"subject_access_review":{"user":"u","groups":["g"],"resourceAttributes":{"verb":"get","resource":"pods"}},"disable_cache":false}',
    {
      type: 'KubernetesCanI',
      disable_cache: false,
      request: { user: 'u', groups: ['g'], resource_attributes: { verb: 'get', resource: 'pods' } },
    },
  ],
  [
    'cache',
    'set',
    '{"key":"k","value":[1,2],"ttl":600}',
    { type: 'CacheSet', key: 'k', value: [1, 2], ttl: 600 },
  ],
  ['cache', 'get', '{"key":"k"}', { type: 'CacheGet', key: 'k' }],
];

describe('a host call', () => {
  it.each(operations)('%s/%s of %s is forwarded', (namespace, operation, payload, request) => {
    const { call, requests } = setup();
    expect(text(call(namespace, operation, payload) as Uint8Array)).toBe('"answer"');
    expect(requests).toEqual([request]);
  });

  it.each(operations)('%s/%s is refused before its payload is looked at', (namespace, operation) => {
    const { call, requests, entries } = setup({
      patterns: ['net/v1/dns_lookup_host'].filter(() => namespace !== 'net'),
    });
    expect(() => call(namespace, operation, '')).toThrow(
      new HostCallError(
        `Policy has not been granted access to the '${namespace}/${operation}' host capability. The violation has been reported.`,
      ),
    );
    expect(requests).toEqual([]);
    expect(entries).toEqual([
      {
        policyId: 'group/member',
        level: 'error',
        message: "Policy tried to use a host capability it doesn't have access to",
        fields: {
          capability: `${namespace}/${operation}`,
          allowed_capabilities: namespace === 'net' ? '[]' : '[net/v1/dns_lookup_host]',
        },
      },
    ]);
  });

  it.each([
    ['list_resources_by_namespace', '{"api_version":"v1","kind":"Secret","namespace":"n"}'],
    ['list_resources_all', '{"api_version":"v1","kind":"Secret"}'],
    ['get_resource', '{"api_version":"v1","kind":"Secret","name":"s","disable_cache":false}'],
  ])('kubernetes/%s is refused for a resource that is not in the list', (operation, payload) => {
    const { call, requests, entries } = setup({ resources: ['v1/Pod', 'apps/v1/Secret'] });
    expect(() => call('kubernetes', operation, payload)).toThrow(
      'Policy has not been granted access to Kubernetes v1/Secret resources. The violation has been reported.',
    );
    expect(requests).toEqual([]);
    expect(entries).toMatchObject([
      {
        level: 'error',
        message: "Policy tried to access a Kubernetes resource it doesn't have access to",
        fields: { resource_requested: 'v1/Secret', resources_allowed: '[v1/Pod, apps/v1/Secret]' },
      },
    ]);
  });

  it.each([
    ['kubernetes', 'oci', 'v1/verify', 'unknown binding: kubernetes'],
    ['kubewarden', 'nope', 'v1/verify', 'unknown namespace: nope'],
    ['kubewarden', 'oci', 'v9/verify', 'unknown operation: v9/verify'],
    ['kubewarden', 'tracing', 'nope', 'unknown operation: nope'],
    ['kubewarden', '__proto__', 'constructor', 'unknown namespace: __proto__'],
  ])('%s %s/%s is unknown', (binding, namespace, operation, message) => {
    expect(() => setup().call(namespace, operation, '"x"', binding)).toThrow(new HostCallError(message));
  });

  it('to something unknown is only refused where capabilities are restricted', () => {
    expect(() => setup({ patterns: ['oci/v1/*'] }).call('nope', 'op', '')).toThrow(
      'has not been granted access',
    );
    expect(() => setup({ patterns: ['oci/v1/*'] }).call('oci', 'v1/nope', '')).toThrow(
      'unknown operation: v1/nope',
    );
  });

  it.each([
    [
      'kubernetes',
      'get_resource',
      '{"api_version":"v1","kind":"Pod","name":"a","x":{}}',
      'missing field `disable_cache` at line 1 column 51',
    ],
    [
      'kubernetes',
      'get_resource',
      '{"api_version":\n1}',
      'invalid type: integer `1`, expected a string at line 2 column 1',
    ],
    ['kubernetes', 'get_resource', '{"kind":"a","kind":"b"}', 'duplicate field `kind` at line 1 column 18'],
    [
      'kubernetes',
      'get_resource',
      '"a\\"b"',
      'invalid type: string "a\\"b", expected struct GetResourceRequest at line 1 column 6',
    ],
    [
      'kubernetes',
      'can_i',
      '{"subject_access_review":{"user":"u"},"disable_cache":false}',
      'missing field `resource_attributes` at line 1 column 37',
    ],
    ['oci', 'v1/manifest_digest', '', 'EOF while parsing a value at line 1 column 0'],
    ['oci', 'v1/manifest_digest', '{}', 'invalid type: map, expected a string at line 1 column 0'],
    ['oci', 'v1/manifest_digest', '"a" "b"', 'trailing characters at line 1 column 5'],
    [
      'oci',
      'v1/verify',
      '{"Nope":{}}',
      'unknown variant `Nope`, expected `SigstorePubKeyVerify` or `SigstoreKeylessVerify` at line 1 column 7',
    ],
    ['oci', 'v2/verify', '{"image":"i"}', 'missing field `type` at line 1 column 13'],
    ['oci', 'v2/verify', '{"type":"SigstorePubKeyVerify"}', 'missing field `image`'],
    [
      'oci',
      'v2/verify',
      '{"type":"SigstoreCertificateVerify","image":"i","certificate":[256]}',
      'invalid value: integer `256`, expected u8',
    ],
    [
      'crypto',
      'v1/is_certificate_trusted',
      '{"cert":{"encoding":"PEM","data":[]}}',
      'unknown variant `PEM`, expected `Der` or `Pem` at line 1 column 25',
    ],
    [
      'crypto',
      'v1/is_certificate_trusted',
      '{"cert":{"encoding":"Pem","data":[1.5]}}',
      'invalid type: floating point `1.5`, expected u8 at line 1 column 37',
    ],
    [
      'crypto',
      'v1/is_certificate_trusted',
      '{"cert":{"encoding":"Pem","data":[-1]}}',
      'invalid value: integer `-1`, expected u8 at line 1 column 36',
    ],
    [
      'cache',
      'set',
      '{"key":"k","value":[0E1],"ttl":1}',
      'invalid type: floating point `0.0`, expected u8 at line 1 column 23',
    ],
    [
      'cache',
      'set',
      '{"key":"k","value":"x","ttl":1}',
      'invalid type: string "x", expected a sequence at line 1 column 22',
    ],
    ['net', 'v1/dns_lookup_host', 'null', 'invalid type: null, expected a string at line 1 column 4'],
  ])('%s/%s of %s says what is wrong with it', (namespace, operation, payload, message) => {
    const { call, requests } = setup();
    expect(() => call(namespace, operation, payload)).toThrow(new HostCallError(message));
    expect(requests).toEqual([]);
  });

  it('is bounded in size', () => {
    const { gate, call, requests, entries } = setup();
    expect(() => call('net', 'x'.repeat(maximumHostCallName), '"h"')).toThrow('256');
    expect(entries).toEqual([]);
    const kind = 'x'.repeat(100_000);
    const secret = `{"api_version":"v1","kind":"${kind}","name":"n","disable_cache":true}`;
    expect(() => call('kubernetes', 'get_resource', secret)).toThrow('has not been granted access');
    expect(entries[0]?.fields?.['resource_requested']).toHaveLength(1025);
    const payload = new Uint8Array(maximumHostCallPayload + 1);
    expect(() => gate.call('kubewarden', 'net', 'v1/dns_lookup_host', payload)).toThrow('4194304');
    expect(requests).toEqual([]);
  });

  it('that fails tells the guest the whole chain of causes, and the operator too', async () => {
    const disk = new Error('disk\nfull');
    const failure = new HostCallError('cannot store', { cause: new Error('cannot write', { cause: disk }) });
    const expected =
      'Callback evaluation failure: cannot store\n\nCaused by:\n    0: cannot write\n    1: disk\n       full';
    const failing: HostAnswerer[] = [
      () => {
        throw failure;
      },
      () => Promise.reject(failure),
    ];
    for (const answer of failing) {
      const { call, entries } = setup({ answer });
      await expect(async () => call('net', 'v1/dns_lookup_host', '"h"')).rejects.toThrow(
        new HostCallError(expected),
      );
      expect(entries).toMatchObject([
        {
          level: 'error',
          message: 'callback evaluation failed',
          fields: { operation: 'v1/dns_lookup_host' },
        },
      ]);
    }
    const single = setup({ answer: () => Promise.reject(new HostCallError('a', { cause: new Error('b') })) });
    await expect(single.call('net', 'v1/dns_lookup_host', '"h"')).rejects.toThrow(
      new HostCallError('Callback evaluation failure: a\n\nCaused by:\n    b'),
    );
  });

  it('whose way is blocked says only that', () => {
    const { call } = setup({
      answer: () => {
        throw new HostChannelError('Error sending request over callback channel: full');
      },
    });
    expect(() => call('net', 'v1/dns_lookup_host', '"h"')).toThrow(
      new HostChannelError('Error sending request over callback channel: full'),
    );
  });
});

describe('data for a Rego policy', () => {
  const request: HostRequest = { type: 'KubernetesListResourceAll', api_version: 'v1', kind: 'Pod' };

  it('needs the resource in the list, and no host capability', () => {
    const { gate, requests } = setup({ patterns: [] });
    expect(text(gate.fetch(request) as Uint8Array)).toBe('"answer"');
    expect(() => gate.fetch({ ...request, kind: 'Secret' })).toThrow('Kubernetes v1/Secret resources');
    expect(requests).toEqual([request]);
  });

  it('that cannot be had is an error without causes', () => {
    const failure = new HostCallError('no cluster', { cause: new Error('refused') });
    const { gate } = setup({
      answer: () => {
        throw failure;
      },
    });
    expect(() => gate.fetch(request)).toThrow(
      new HostCallError('cannot perform a request via callback channel: no cluster'),
    );
  });
});

const log = (payload: string) => {
  const { call, entries } = setup({ patterns: [] });
  expect(call('tracing', 'log', payload)).toHaveLength(0);
  return entries;
};

describe('a log entry of a guest', () => {
  it.each([
    ['trace', 'trace'],
    ['DEBUG', 'debug'],
    ['Info', 'info'],
    ['warning', 'warn'],
    ['error', 'error'],
    // Sent by existing policies, dropped by the original.
    ['warn', 'warn'],
    ['notice', 'info'],
    ['critical', 'error'],
    ['fatal', 'error'],
  ])('of level %s is written as %s, whatever the capabilities', (level, expected) => {
    expect(
      log(
        `{"policy":"p","message":"checking pod","level":"${level}","pod":{"n":1.0,"a":12345678901234567890}}`,
      ),
    ).toEqual([
      {
        policyId: 'group/member',
        level: expected,
        message: 'checking pod',
        data: '{"pod":{"a":12345678901234567890,"n":1.0},"policy":"p"}',
      },
    ]);
  });

  it('may be without message', () => {
    expect(log('{"level":"info"}')).toMatchObject([{ message: '', data: '{}' }]);
  });

  it.each([
    ['{"level":"loud"}', 'unknown log level loud'],
    ['{"message":"x"}', 'missing field `level`'],
    ['{"level":"info","message":1}', 'the field `message` must be a string'],
    ['nonsense', 'expected ident at line 1 column 2'],
    [`{"level":"info","message":"${'x'.repeat(maximumLogEntry)}"}`, 'more than the 65536 that are allowed'],
  ])('that is wrong is reported to the operator, not to the guest', (payload, error) => {
    const [entry] = log(payload);
    expect(entry).toMatchObject({ level: 'error', message: 'Cannot log event' });
    expect(entry?.fields?.['error']).toContain(error);
    expect(entry?.fields?.['payload']?.length).toBeLessThanOrEqual(257);
  });
});
