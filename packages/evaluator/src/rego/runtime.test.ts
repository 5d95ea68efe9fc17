import { readFileSync } from 'node:fs';
import type { AdmissionResponse, ContextAwareResource } from '@kubewarden/policy';
import { describe, expect, test } from 'vitest';
import { HostCallError, HostChannelError } from '../host/errors.ts';
import type { HostGate } from '../host/gate.ts';
import type { PolicyLogEntry } from '../host/log.ts';
import type { HostRequest } from '../host/request.ts';
import { compilePolicyModule } from '../module/compile.ts';
import type { RuntimeOptions } from '../runtime/options.ts';
import type { EvaluationContext, EvaluationInput, PolicyRuntime } from '../runtime/policy-runtime.ts';
import { createRegoRuntime } from './runtime.ts';

const utf8 = new TextEncoder();

async function load(
  guest: string,
  executionMode: 'opa' | 'gatekeeper',
  options: RuntimeOptions & { maximumMemoryBytes?: number } = {},
): Promise<PolicyRuntime> {
  const bytes = readFileSync(new URL(`../../../../guests/rego/${guest}.wasm`, import.meta.url));
  return createRegoRuntime(await compilePolicyModule(bytes, { executionMode, ...options }), options);
}

function raw(request: object): EvaluationInput {
  return { kind: 'raw', request: { uid: 'raw-uid', json: utf8.encode(JSON.stringify(request)) } };
}

function review(request: object): EvaluationInput {
  const none = { group: '', version: '', kind: '', resource: '' };
  const json = utf8.encode(JSON.stringify(request));
  return {
    kind: 'kubernetes',
    request: { uid: 'uid', kind: none, resource: none, operation: 'CREATE', json },
  };
}

/** A context whose host answers with what `answers` has for the type of the request. */
function context(
  settings: object,
  resources: readonly ContextAwareResource[] = [],
  answers: (request: HostRequest) => unknown = () => undefined,
): EvaluationContext & { readonly asked: HostRequest[]; readonly logged: PolicyLogEntry[] } {
  const asked: HostRequest[] = [];
  const logged: PolicyLogEntry[] = [];
  const gate: HostGate = {
    permissions: {
      policyId: 'policy',
      hostCapabilities: { kind: 'deny-all' },
      contextAwareResources: resources,
    },
    log: (entry) => logged.push(entry),
    call: () => {
      throw new Error('Rego policies make no host calls');
    },
    fetch: (request) => {
      asked.push(request);
      return utf8.encode(JSON.stringify(answers(request)));
    },
  };
  return { policyId: 'policy', settings: utf8.encode(JSON.stringify(settings)), gate, asked, logged };
}

describe('mode opa', () => {
  test('settings are data, the request is input.request', async () => {
    const runtime = await load('opa', 'opa');
    const policy = context({ forbidden_names: ['tonio'] });
    expect(await runtime.validate(review({ object: { metadata: { name: 'tonio' } } }), policy)).toEqual({
      uid: 'uid',
      allowed: false,
      status: { message: 'name "tonio" is forbidden' },
      warnings: ['1 denial(s)'],
    });
    expect(await runtime.validate(review({ object: { metadata: { name: 'wanda' } } }), policy)).toEqual({
      uid: 'uid',
      allowed: true,
    });
  });

  test('raw requests, with the uid of the request', async () => {
    const runtime = await load('opa', 'opa');
    const answer = await runtime.validate(raw({ user: 'tonio' }), context({ forbidden_names: ['tonio'] }));
    expect(answer).toMatchObject({ uid: 'raw-uid', allowed: false });
  });

  test('a failing builtin is a rejection, not an undefined expression', async () => {
    const runtime = await load('opa', 'opa');
    const policy = context({ forbidden_names: [] });
    expect(await runtime.validate(raw({ user: 'raise a builtin error' }), policy)).toEqual({
      uid: 'raw-uid',
      allowed: false,
      status: {
        message: 'internal server error: Builtin error ["units.parse"]: "units.parse: no amount provided"',
        code: 500,
      },
    });
    expect(policy.logged).toMatchObject([{ policyId: 'policy', level: 'error' }]);
    // The next review finds a clean sandbox.
    expect(await runtime.validate(raw({ user: 'x' }), policy)).toEqual({ uid: 'raw-uid', allowed: true });
  });

  test('a result without response', async () => {
    const runtime = await load('malformed', 'opa');
    expect(await runtime.validate(raw({}), context({}))).toEqual(
      internalError('raw-uid', 'cannot interpret OPA policy result'),
    );
  });

  test('a response without uid', async () => {
    const runtime = await load('malformed', 'opa');
    const answer = await runtime.validate(raw({ result: { response: { allowed: true } } }), context({}));
    expect(answer).toEqual(internalError('raw-uid', 'missing field `uid`'));
  });
});

describe('mode gatekeeper', () => {
  const privileged = { name: 'c', securityContext: { privileged: true } };

  test('violations deny with their messages', async () => {
    const runtime = await load('gatekeeper', 'gatekeeper');
    const policy = context({ required_labels: ['owner'] });
    const request = review({ object: { metadata: {}, spec: { containers: [privileged] } } });
    const answer = await runtime.validate(request, policy);
    expect(answer).toMatchObject({ uid: 'uid', allowed: false });
    expect(answer.status?.message?.split(', ').toSorted()).toEqual([
      'container c is privileged',
      'label owner is missing',
    ]);
    expect(answer.status?.code).toBeUndefined();
  });

  test('no violations allow', async () => {
    const runtime = await load('gatekeeper', 'gatekeeper');
    const request = review({ object: { spec: { containers: [{ name: 'c', image: 'i' }] } } });
    expect(await runtime.validate(request, context({}))).toEqual({ uid: 'uid', allowed: true });
  });

  test('trace ends up in the log', async () => {
    const runtime = await load('gatekeeper', 'gatekeeper');
    const policy = context({});
    const annotations = { 'policy.test/wait': '-1s' };
    expect(await runtime.validate(review({ object: { metadata: { annotations } } }), policy)).toMatchObject({
      status: { message: 'the duration is negative' },
    });
    expect(policy.logged).toEqual([{ policyId: 'policy', level: 'debug', message: 'checking the duration' }]);
  });

  test('raw requests are refused', async () => {
    const runtime = await load('gatekeeper', 'gatekeeper');
    expect(await runtime.validate(raw({}), context({}))).toEqual(
      internalError('raw-uid', 'Gatekeeper does not support raw validation requests'),
    );
  });

  test.each([
    ['empty list', [], { uid: 'uid', allowed: true }],
    ['violation without message', [{}], { uid: 'uid', allowed: false, status: { message: '' } }],
    [
      'messages that are null',
      [{ msg: null }, { msg: 'b', details: 1 }],
      { uid: 'uid', allowed: false, status: { message: 'b' } },
    ],
    ['message that is no string', [{ msg: 1 }], undefined],
    ['violation that is no object', ['text'], undefined],
    ['no list', { msg: 'x' }, undefined],
    ['null', null, undefined],
    ['undefined', undefined, undefined],
  ])('%s', async (_name, result, expected) => {
    const runtime = await load('malformed', 'gatekeeper');
    const answer = await runtime.validate(review({}), context({ result }));
    expect(answer).toEqual(expected ?? internalError('uid', 'cannot interpret Gatekeeper policy result'));
  });

  test('nothing of a review is left for the next one', async () => {
    const runtime = await load('gatekeeper', 'gatekeeper', { maximumIdle: 1 });
    const policy = context({});
    const bad = review({ object: { spec: { containers: [privileged] } } });
    const good = review({ object: { spec: { containers: [{ name: 'c' }] } } });
    for (let i = 0; i < 200; i++) {
      expect((await runtime.validate(bad, policy)).allowed).toBe(false);
      expect((await runtime.validate(good, policy)).allowed).toBe(true);
    }
  });

  test('text outside of ASCII survives', async () => {
    const runtime = await load('gatekeeper', 'gatekeeper');
    const name = 'größe-日本-😀';
    const request = review({ object: { spec: { containers: [{ ...privileged, name }] } } });
    expect((await runtime.validate(request, context({}))).status?.message).toBe(
      `container ${name} is privileged`,
    );
  });

  test('a guest that runs out of memory rejects', async () => {
    const runtime = await load('gatekeeper', 'gatekeeper', { maximumMemoryBytes: 2 * 1024 * 1024 });
    const request = review({ object: { filler: 'x'.repeat(4 * 1024 * 1024) } });
    const answer = await runtime.validate(request, context({}));
    expect(answer).toMatchObject({ uid: 'uid', allowed: false, status: { code: 500 } });
    expect((await runtime.validate(review({}), context({}))).allowed).toBe(true);
  });
});

describe('data of the cluster', () => {
  const resources = [
    { apiVersion: 'v1', kind: 'Namespace' },
    { apiVersion: 'apps/v1', kind: 'Deployment' },
  ];
  const objects: Record<string, object[]> = {
    Namespace: [{ metadata: { name: 'team' } }, { metadata: { name: 'other' } }],
    Deployment: [{ metadata: { name: 'web', namespace: 'team' }, spec: { replicas: 3 } }],
  };
  const plurals: Record<string, string> = { Namespace: 'namespaces', Deployment: 'deployments' };

  function cluster(changed = false): (request: HostRequest) => unknown {
    return (request) => {
      if (request.type === 'KubernetesListResourceAll') return { items: objects[request.kind] };
      if (request.type === 'KubernetesGetResourcePluralName') return plurals[request.kind];
      return changed;
    };
  }

  test('Gatekeeper policies find an inventory', async () => {
    const runtime = await load('inventory', 'gatekeeper');
    const policy = context({}, resources, cluster());
    expect(await runtime.validate(review({ namespace: 'team', name: 'web' }), policy)).toEqual({
      uid: 'uid',
      allowed: true,
    });
    expect(await runtime.validate(review({ namespace: 'other', name: 'web' }), policy)).toMatchObject({
      status: { message: 'web runs in team already, with 3 replicas' },
    });
    expect(await runtime.validate(review({ namespace: 'nowhere', name: 'x' }), policy)).toMatchObject({
      status: { message: 'namespace nowhere does not exist' },
    });
    expect(policy.asked.slice(0, 4).map(({ type }) => type)).toEqual([
      'KubernetesListResourceAll',
      'KubernetesListResourceAll',
      'HasKubernetesListResourceAllResultChangedSinceInstant',
      'HasKubernetesListResourceAllResultChangedSinceInstant',
    ]);
    expect(policy.asked).toHaveLength(6);
    expect(policy.asked[0]).toMatchObject({ api_version: 'apps/v1', kind: 'Deployment' });
  });

  test('an inventory is made anew when a list has changed', async () => {
    const runtime = await load('inventory', 'gatekeeper');
    const policy = context({}, resources, cluster(true));
    await runtime.validate(review({ namespace: 'team' }), policy);
    await runtime.validate(review({ namespace: 'team' }), policy);
    expect(policy.asked.map(({ type }) => type)).toEqual([
      'KubernetesListResourceAll',
      'KubernetesListResourceAll',
      'HasKubernetesListResourceAllResultChangedSinceInstant',
      'KubernetesListResourceAll',
      'KubernetesListResourceAll',
    ]);
  });

  test('reviews at the same time share the making of an inventory', async () => {
    const runtime = await load('inventory', 'gatekeeper');
    const policy = context({}, resources, cluster());
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => runtime.validate(review({ namespace: 'team' }), policy)),
    );
    expect(answers.every(({ allowed }) => allowed)).toBe(true);
    expect(policy.asked.filter(({ type }) => type === 'KubernetesListResourceAll')).toHaveLength(2);
  });

  test('a review does not fail because another one could not make the inventory', async () => {
    const runtime = await load('inventory', 'gatekeeper');
    let lists = 0;
    const policy = context({}, resources, (request) => {
      if (request.type === 'KubernetesListResourceAll' && lists++ === 0) {
        throw new HostChannelError('Error obtaining response over callback channel');
      }
      return cluster()(request);
    });
    const [first, ...others] = await Promise.all(
      Array.from({ length: 4 }, () => runtime.validate(review({ namespace: 'team' }), policy)),
    );
    expect(first?.status?.message).toBe('error obtaining response over callback channel');
    expect(others.every(({ allowed }) => allowed)).toBe(true);
    expect(lists).toBe(3);
  });

  test('OPA policies find data.kubernetes, which replaces a setting of that name', async () => {
    const runtime = await load('opa', 'opa');
    const policy = context({ forbidden_names: ['x'], kubernetes: 'mine' }, resources, cluster());
    expect((await runtime.validate(review({ namespace: 'team' }), policy)).allowed).toBe(true);
    expect(await runtime.validate(review({ namespace: 'nowhere' }), policy)).toMatchObject({
      allowed: false,
      status: { message: 'the namespace is not known' },
    });
    expect(policy.logged).toMatchObject([{ level: 'warn' }]);
    expect(policy.asked.slice(0, 4).map(({ type }) => type)).toEqual([
      'KubernetesListResourceAll',
      'KubernetesListResourceAll',
      'KubernetesGetResourcePluralName',
      'KubernetesGetResourcePluralName',
    ]);
  });

  test.each([
    ['inventory', 'gatekeeper', [{ metadata: {} }], 'DynamicObject does not have a name'],
    [
      'opa',
      'opa',
      [{ metadata: { name: 'a' } }, { metadata: { name: 'b', namespace: 'n' } }],
      'trying to add a namespaced resource to a list of clusterwide resources',
    ],
    [
      'opa',
      'opa',
      [{ metadata: { name: 'b', namespace: 'n' } }, { metadata: { name: 'a' } }],
      'trying to add a clusterwide resource to a list of namespaced resources',
    ],
  ] as const)('%s in mode %s refuses %j', async (guest, mode, items, message) => {
    const runtime = await load(guest, mode);
    const policy = context({}, [{ apiVersion: 'v1', kind: 'Thing' }], (request) =>
      request.type === 'KubernetesListResourceAll' ? { items } : 'things',
    );
    expect(await runtime.validate(review({}), policy)).toEqual({
      uid: 'uid',
      allowed: false,
      status: { message, code: 500 },
    });
  });

  test('a host that refuses', async () => {
    const runtime = await load('inventory', 'gatekeeper');
    const policy = context({}, resources, () => {
      throw new HostCallError('no such mirror');
    });
    expect((await runtime.validate(review({}), policy)).status).toEqual({
      message: 'cannot perform a request via callback channel: no such mirror',
      code: 500,
    });
  });
});

describe('modules', () => {
  test('missing builtins are named when the settings are validated, used or not', async () => {
    const runtime = await load('unsupported', 'gatekeeper');
    await expect(runtime.validateSettings(context({}))).rejects.toThrow(
      'unable to rehydrate rego module: cannot allocate Rego evaluator: cannot build Rego engine: ' +
        'Missing Rego builtins: http.send, net.lookup_ip_addr',
    );
    await expect(runtime.validate(review({}), context({}))).rejects.toThrow('Missing Rego builtins');
  });

  test('there is no protocol version', async () => {
    const runtime = await load('opa', 'opa');
    await expect(runtime.protocolVersion()).rejects.toThrow(
      'protocol_version is only applicable to a Kubewarden policy',
    );
  });

  test('all settings are valid', async () => {
    const runtime = await load('gatekeeper', 'gatekeeper');
    expect(await runtime.validateSettings(context({ anything: true }))).toEqual({ valid: true });
  });
});

function internalError(uid: string, message: string): AdmissionResponse {
  return { uid, allowed: false, status: { message: `internal server error: ${message}`, code: 500 } };
}
