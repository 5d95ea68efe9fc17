import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePolicies, readPoliciesFile } from './policies-file.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function settingsOf(yaml: string): string {
  const [policy] = decodePolicies(`p: {module: "file:///p.wasm", settings: ${yaml}}`);
  if (policy?.kind !== 'policy') throw new Error('no policy');
  return text(policy.settings);
}

describe('decodePolicies', () => {
  it('reads policies and groups', () => {
    const [policy, group] = decodePolicies(`
no-privileged:
  module: registry://registry.example.org/pod-privileged:v1.0.0
  policyMode: monitor
  allowedToMutate: true
  message: no
  timeoutEvalSeconds: 8
  namespacedName: {Namespace: "", Name: no-privileged}
  contextAwareResources: [{apiVersion: apps/v1, kind: Deployment}]
  hostCapabilities: ["oci/*"]
signed-or-internal:
  expression: "signed() || internal()"
  message: image is neither signed nor internal
  policies:
    signed: {module: "file:///a.wasm", settings: {b: 1, a: 2}}
    internal: {module: "file:///b.wasm", contextAwareResources: null, timeoutEvalSeconds: null}
`);
    expect(policy).toMatchObject({
      kind: 'policy',
      name: 'no-privileged',
      module: 'registry://registry.example.org/pod-privileged:v1.0.0',
      mode: 'monitor',
      allowedToMutate: true,
      message: 'no',
      timeoutSeconds: 8,
      contextAwareResources: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
      hostCapabilities: ['oci/*'],
    });
    if (group?.kind !== 'group') throw new Error('no group');
    expect(group).toMatchObject({ name: 'signed-or-internal', mode: 'protect' });
    expect(group.members.map(({ name, settings }) => [name, text(settings)])).toEqual([
      ['signed', '{"a":2,"b":1}'],
      ['internal', '{}'],
    ]);
    expect(group.members[1]).toMatchObject({ contextAwareResources: [], hostCapabilities: [] });
  });

  it('reads what the controller writes', () => {
    const [policy] = decodePolicies(
      '{"p":{"namespacedName":{"Namespace":"","Name":"p"},"module":"file:///p.wasm","policyMode":"protect",' +
        '"allowedToMutate":false,"settings":null,"message":null,"timeoutEvalSeconds":null}}',
    );
    expect(policy).toMatchObject({ name: 'p', mode: 'protect', allowedToMutate: false });
  });

  it.each([
    ['null', '{}'],
    ['{}', '{}'],
    [
      '{i: 9223372036854775807, u: 18446744073709551615}',
      '{"i":9223372036854775807,"u":18446744073709551615}',
    ],
    ['{f: 1.0, e: 1e3, big: 18446744073709551616}', '{"big":1.8446744073709552e+19,"e":1000.0,"f":1.0}'],
    ['{s: "1", b: true, n: ~, yes: yes}', '{"b":true,"n":null,"s":"1","yes":"yes"}'],
    ['{1: a, true: b}', '{"1":"a","true":"b"}'],
    ['{__proto__: {a: 1}}', '{"__proto__":{"a":1}}'],
    ['{a: &x [1, 2], b: *x}', '{"a":[1,2],"b":[1,2]}'],
  ])('gives policies the settings %s as %s', (yaml, json) => {
    expect(settingsOf(yaml)).toBe(json);
  });

  it.each([
    ['p: {settings: {}}', "line 1: policy 'p': has neither 'module', as a policy would, nor 'expression'"],
    ['a: {module: x}\np: 3', "line 2: policy 'p': must be a mapping, not 3"],
    ['p:\n  module: 3', "line 2: policy 'p': field 'module' must be a string, not 3"],
    [
      'p:\n  module: x\n  policyMode: Protect',
      "line 3: policy 'p': field 'policyMode' must be 'protect' or 'monitor', not 'Protect'",
    ],
    [
      'p: {module: x, allowedToMutate: "yes"}',
      "policy 'p': field 'allowedToMutate' must be true or false, not the text 'yes'",
    ],
    ['p: {module: x, settings: [1]}', "policy 'p': field 'settings' must be a mapping, not a list"],
    [
      'p: {module: x, settings: {a: [{b: .nan}]}}',
      "field 'settings.a[0].b' holds .nan, which JSON cannot express",
    ],
    [
      'p: {module: x, timeoutEvalSeconds: 0}',
      "field 'timeoutEvalSeconds' must be a whole number of at least 1, not 0",
    ],
    [
      'p: {module: x, timeoutEvalSeconds: 1.5}',
      "field 'timeoutEvalSeconds' must be a whole number of at least 1, not 1.5",
    ],
    ['p: {module: x, hostCapabilities: null}', "field 'hostCapabilities' must be a list, not null"],
    [
      'p: {module: x, hostCapabilities: [1]}',
      "field 'hostCapabilities' must be a list of strings, but holds 1",
    ],
    [
      'p: {module: x, contextAwareResources: [{kind: Pod}]}',
      "field 'contextAwareResources[0]': field 'apiVersion' is missing",
    ],
    ['g: {expression: "a()", policies: {}}', "policy 'g': field 'message' is missing"],
    [
      'g: {expression: "a()", message: m, policies: [{name: a}]}',
      "field 'policies': must be a mapping, not a list",
    ],
    [
      'g: {expression: "a()", message: m, policies: {a: {module: x, url: y}}}',
      "policy 'g/a': field 'url' is unknown",
    ],
    [
      'p:\n  module: x\n  policyMod: monitor',
      "line 3: policy 'p': field 'policyMod' is unknown, expected one of module, ",
    ],
    [
      'g: {expression: "a()", message: m, policies: {}, settings: {}}',
      "policy 'g': field 'settings' is unknown",
    ],
    ['a/b: {module: x}', "policy name 'a/b' contains a '/' character"],
    [
      'g: {expression: e, message: m, policies: {a/b: {module: x}}}',
      `policy group 'g' contains policies with invalid names: ["a/b"]`,
    ],
    ['p: {module: x}\np: {module: y}', 'Map keys must be unique at line 2'],
    ['p: {module: x', 'at line 1'],
    ['p: !!js/function {module: x}', 'Unresolved tag'],
    ['', 'the file: must be a mapping, not null'],
  ])('says what is wrong with %j', (yaml, message) => {
    expect(() => decodePolicies(yaml)).toThrow(message);
  });

  it('refuses settings that grow out of all proportion', () => {
    const levels = Array.from(
      { length: 8 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`,
    );
    const bomb = `{l0: &l0 [1], ${levels.join(', ')}}`;
    expect(() => settingsOf(bomb)).toThrow('more than 1000 aliases are followed');
  });
});

describe('readPoliciesFile', () => {
  it('names the file', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'policies-')), 'policies.yml');
    await expect(readPoliciesFile(path)).rejects.toThrow(
      `error while loading policies from "${path}": ENOENT`,
    );
    writeFileSync(path, 'p: 1');
    await expect(readPoliciesFile(path)).rejects.toThrow(
      `error while loading policies from "${path}": line 1: policy`,
    );
  });
});
