import { describe, expect, it } from 'vitest';
import { decodeMetadata } from './decode.ts';
import { encodeMetadata } from './encode.ts';
import type { Metadata, Rule } from './metadata.ts';
import { defaultMetadata } from './section.ts';
import { validateMetadata } from './validate.ts';
import { cliVersionProblem, protocolVersionProblem, serverVersionProblem } from './version.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('decodeMetadata', () => {
  it('fills in what is absent, and ignores what it does not know', () => {
    expect(decodeMetadata(bytes('{"rules":[],"mutating":false,"contextAware":true}'))).toEqual({
      rules: [],
      mutating: false,
      backgroundAudit: true,
      executionMode: 'kubewarden-wapc',
      policyType: 'kubernetes',
      contextAwareResources: [],
    });
  });

  it('takes lists of resources and capabilities as sets', () => {
    const metadata = decodeMetadata(
      bytes(
        '{"rules":[],"mutating":true,"hostCapabilities":["oci/*","net/*","oci/*"],"contextAwareResources":' +
          '[{"apiVersion":"v1","kind":"Pod"},{"apiVersion":"apps/v1","kind":"X"},{"apiVersion":"v1","kind":"Pod"}]}',
      ),
    );
    expect(metadata.hostCapabilities).toEqual(['net/*', 'oci/*']);
    expect(metadata.contextAwareResources).toEqual([
      { apiVersion: 'apps/v1', kind: 'X' },
      { apiVersion: 'v1', kind: 'Pod' },
    ]);
  });

  it.each([
    ['{}', 'missing field `rules` at line 1 column 2'],
    ['{"rules":[]}', 'missing field `mutating` at line 1 column 12'],
    ['{"rules":[{}],"mutating":true}', 'rules[0]: missing field `apiGroups`'],
    [
      '{"rules":[],"mutating":true,"protocolVersion":"v100"}',
      'unknown variant `v100`, expected `v1` or `Unknown`',
    ],
    [
      '{"rules":[],"mutating":true,"executionMode":"x"}',
      'unknown variant `x`, expected one of `kubewarden-wapc`, `opa`, `gatekeeper`, `wasi`',
    ],
    ['{"rules":[],"mutating":true,"backgroundAudit":null}', 'invalid type: null, expected a boolean'],
    ['{"rules":[],"mutating":true,"annotations":{"a":1}}', 'annotations.a: invalid type: integer `1`'],
    ['{"rules":[],"mutating":true,"minimumKubewardenVersion":"1.19"}', '`1.19` is not a semantic version'],
    [
      '{"rules":[],"mutating":true,"minimumKubewardenVersion":"v1.19.0"}',
      '`v1.19.0` is not a semantic version',
    ],
  ])('%s: %s', (json, message) => {
    expect(() => decodeMetadata(bytes(json))).toThrow(message);
  });
});

describe('encodeMetadata', () => {
  it('has the fields and the order of the original', () => {
    const metadata: Metadata = {
      minimumKubewardenVersion: '1.19.0',
      hostCapabilities: ['kubernetes/get_resource'],
      contextAwareResources: [{ kind: 'Namespace', apiVersion: 'v1' }],
      policyType: 'kubernetes',
      executionMode: 'kubewarden-wapc',
      backgroundAudit: true,
      mutating: false,
      annotations: { 'io.kubewarden.policy.title': 't', 'io.kubewarden.kwctl': '1.38.0' },
      rules: [{ operations: ['CREATE'], resources: ['pods'], apiVersions: ['v1'], apiGroups: [''] }],
      protocolVersion: 'v1',
    };
    const encoded = encodeMetadata(metadata);
    expect(text(encoded)).toBe(
      '{"protocolVersion":"v1","rules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"],' +
        '"operations":["CREATE"]}],"annotations":{"io.kubewarden.kwctl":"1.38.0","io.kubewarden.policy.title":"t"},' +
        '"mutating":false,"backgroundAudit":true,"executionMode":"kubewarden-wapc","policyType":"kubernetes",' +
        '"contextAwareResources":[{"apiVersion":"v1","kind":"Namespace"}],' +
        '"hostCapabilities":["kubernetes/get_resource"],"minimumKubewardenVersion":"1.19.0"}',
    );
    expect(decodeMetadata(encoded)).toEqual(metadata);
  });

  it('prints an absent protocol version as null, and omits other absent fields', () => {
    const { annotations: _, ...metadata } = defaultMetadata;
    expect(text(encodeMetadata(metadata))).toBe(
      '{"protocolVersion":null,"rules":[],"mutating":false,"backgroundAudit":true,' +
        '"executionMode":"kubewarden-wapc","policyType":"kubernetes","contextAwareResources":[]}',
    );
  });
});

describe('validateMetadata', () => {
  const rule: Rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] };
  const valid: Metadata = { ...defaultMetadata, protocolVersion: 'v1', rules: [rule] };
  const star = "No other elements can be defined when '*' is used";
  const alone = "if '*' is present, must not specify other resources without subresources";

  it('accepts valid metadata, with and without rules', () => {
    expect(validateMetadata(valid)).toEqual([]);
    expect(validateMetadata({ ...valid, rules: [] })).toEqual([]);
    expect(validateMetadata({ ...valid, protocolVersion: 'Unknown', executionMode: 'opa' })).toEqual([]);
  });

  it('wants a protocol version, and a known one from waPC policies', () => {
    const { protocolVersion: _, ...without } = valid;
    expect(validateMetadata(without).map(({ path }) => path)).toEqual(['protocolVersion']);
    expect(validateMetadata({ ...valid, protocolVersion: 'Unknown' })).toEqual([
      { path: 'protocolVersion', message: 'Must specify a valid protocol version' },
    ]);
  });

  it.each<[Partial<Rule>, string, string | undefined]>([
    [{ apiGroups: [] }, 'apiGroups', 'must have at least one element'],
    [{ operations: [] }, 'operations', 'must have at least one element'],
    [{ apiGroups: ['', '*'] }, 'apiGroups', star],
    [{ apiVersions: ['*', 'v1'] }, 'apiVersions', star],
    [{ operations: ['*', 'CREATE'] }, 'operations', star],
    [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'] }, '', undefined],
    [{ resources: ['pods', ''] }, 'resources', 'empty resource is not allowed'],
    [{ resources: ['a/*', 'a/x'] }, 'resources', "if 'a/*' is present, must not specify a/x"],
    [{ resources: ['*/a', 'x/a'] }, 'resources', "if '*/a' is present, must not specify x/a"],
    [{ resources: ['*/*', 'a'] }, 'resources', "if '*/*' is present, must not specify other resources"],
    [{ resources: ['*', 'a'] }, 'resources', alone],
    [{ resources: ['a', '*'] }, 'resources', alone],
    [{ resources: ['*', 'a/b', 'a/*', '*/b'] }, '', undefined],
    [{ resources: ['a/*', 'a'] }, '', undefined],
    [{ resources: ['*/*'] }, '', undefined],
  ])('%j', (change, field, message) => {
    const problems = validateMetadata({ ...valid, rules: [{ ...rule, ...change }] });
    expect(problems).toEqual(message === undefined ? [] : [{ path: `rules[0].${field}`, message }]);
  });

  it('wants complete context-aware resources', () => {
    const problems = validateMetadata({ ...valid, contextAwareResources: [{ apiVersion: '', kind: 'Pod' }] });
    expect(problems.map(({ path }) => path)).toEqual(['contextAwareResources[0].apiVersion']);
  });
});

function requiring(minimumKubewardenVersion: string): Metadata {
  return { ...defaultMetadata, minimumKubewardenVersion };
}

describe('versions', () => {
  it.each([
    ['1.38.0', undefined, undefined],
    ['1.38.7', undefined, undefined],
    ['1.38.0-rc.1', undefined, undefined],
    ['1.37.9', undefined, undefined],
    ['0.99.0', undefined, undefined],
    ['1.39.3', '1.39.0 but is running on 1.38.0', "1.39.0 or greater. But it's running on 1.38.0"],
    ['2.0.0', '2.0.0 but is running on 1.38.0', "2.0.0 or greater. But it's running on 1.38.0"],
  ])('a policy that requires %s', (version, server, cli) => {
    const prefix = 'Policy required Kubewarden version ';
    expect(serverVersionProblem(requiring(version))).toBe(server && prefix + server);
    expect(cliVersionProblem(requiring(version))).toBe(cli && prefix + cli);
  });

  it('differ in what a pre-release of the host may run', () => {
    expect(serverVersionProblem(requiring('1.36.0'), '1.36.0-beta.1')).toBeUndefined();
    expect(cliVersionProblem(requiring('1.36.0'), '1.36.0-beta.1')).toContain('running on 1.36.0-beta.1');
    expect(serverVersionProblem(defaultMetadata)).toBeUndefined();
    expect(cliVersionProblem(defaultMetadata)).toBeUndefined();
  });

  it('of the protocol matter to waPC policies only', () => {
    expect(protocolVersionProblem({ ...defaultMetadata, protocolVersion: 'v1' })).toBeUndefined();
    expect(protocolVersionProblem({ ...defaultMetadata, executionMode: 'wasi' })).toBeUndefined();
    expect(protocolVersionProblem(defaultMetadata)).toBe(
      'Policy is missing protocol version, which is required for KubewardenWapc execution mode',
    );
    expect(protocolVersionProblem({ ...defaultMetadata, protocolVersion: 'Unknown' })).toBe(
      'Policy uses protocol version Unknown but only V1 is supported',
    );
  });
});
