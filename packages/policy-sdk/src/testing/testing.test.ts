import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { canI, get, list, listByNamespace } from '../host/kubernetes.ts';
import { lookupHost } from '../host/net.ts';
import { accept, definePolicy, defineRawPolicy, log, mutate, reject, type Policy } from '../index.ts';
import {
  admissionRequest,
  checkCase,
  checkSettingsCase,
  recordedSession,
  requestFromFile,
  testPolicy,
  testSettings,
} from './index.ts';

const guests = new URL('../../../../guests/', import.meta.url);
const guest = (path: string): URL => new URL(path, guests);
const request = (name: string): ReturnType<typeof requestFromFile> =>
  requestFromFile(guest(`requests/${name}`));

const privileged = definePolicy({
  validate: ({ object }) =>
    JSON.stringify(object).includes('"privileged":true')
      ? reject({ message: 'Privileged container is not allowed' })
      : accept(),
});

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'nginx', namespace: 'shop' },
  spec: { containers: [] },
};

describe('a policy under test', () => {
  it.each([
    ['as it is written', privileged],
    ['as the file of a module', fileURLToPath(guest('rust/pod-privileged.wasm'))],
    ['as the URL of a module', guest('rust/pod-privileged.wasm')],
    ['as the bytes of a module', new Uint8Array(readFileSync(guest('rust/pod-privileged.wasm')))],
    ['as a module in another language', guest('assemblyscript/pod-privileged.wasm')],
  ])('gives its verdict, %s', async (_name, policy) => {
    const refused = await testPolicy(policy, { request: request('pod-privileged.json') });
    expect(refused.accepted).toBe(false);
    expect(refused.message?.toLowerCase()).toContain('privileged');
    const accepted = await testPolicy(policy, { request: request('pod-plain.json'), settings: {} });
    expect(accepted).toEqual({ accepted: true, logs: [], hostCalls: [], unusedExchanges: 0 });
  });

  it('cannot change what the test holds', async () => {
    const held = admissionRequest({ object: { ...pod } });
    const policy = definePolicy({
      validate(request) {
        request.object!.metadata!.name = 'other';
        return mutate(request.object);
      },
    });
    const { mutatedObject } = await testPolicy(policy, { request: held });
    expect(mutatedObject?.metadata?.name).toBe('other');
    expect(held.object?.metadata?.name).toBe('nginx');
  });

  it('shows what it becomes of an object, if anything', async () => {
    const policy = definePolicy({ validate: ({ object }, settings) => mutate({ ...object, ...settings }) });
    const evaluation = { request: admissionRequest({ object: pod }) };
    expect((await testPolicy(policy, { ...evaluation, settings: { a: 1 } })).mutatedObject).toEqual({
      ...pod,
      a: 1,
    });
    expect(await testPolicy(policy, evaluation)).not.toHaveProperty('mutatedObject');
    const raw = defineRawPolicy({ validate: (request) => mutate(request === 'a' ? 'b' : request) });
    expect((await testPolicy(raw, { request: 'a' })).mutatedObject).toBe('b');
    expect(await testPolicy(raw, { request: { object: 1 } })).not.toHaveProperty('mutatedObject');
  });

  it('shows all that it says', async () => {
    const policy = definePolicy({
      validate() {
        log.warn('careful', { why: 'test' });
        return reject({ message: 'no', code: 403, auditAnnotations: { a: 'b' }, warnings: ['w'] });
      },
    });
    expect(await testPolicy(policy, { request: admissionRequest() })).toEqual({
      accepted: false,
      message: 'no',
      code: 403,
      auditAnnotations: { a: 'b' },
      warnings: ['w'],
      logs: [{ level: 'warning', message: 'careful', fields: { why: 'test' } }],
      hostCalls: [],
      unusedExchanges: 0,
    });
  });

  it('fails the test when it fails itself', async () => {
    const failure = new Error('a mistake');
    const fails = (): never => {
      throw failure;
    };
    await expect(testPolicy(definePolicy({ validate: fails }), { request: admissionRequest() })).rejects.toBe(
      failure,
    );
    const undecided = definePolicy({ validate: () => undefined as never });
    await expect(testPolicy(undecided, { request: admissionRequest() })).rejects.toThrow(
      'validate must return',
    );
  });

  it('that does not exist is an error of the file system', async () => {
    await expect(testPolicy('no-such.wasm', { request: admissionRequest() })).rejects.toThrow('no-such.wasm');
  });
});

describe('settings under test', () => {
  it('are judged by a policy as it is written, and by a module', async () => {
    const policy = definePolicy({
      validate: () => accept(),
      validateSettings: ({ a }) => (a === 1 ? { valid: true } : { valid: false, message: 'a must be 1' }),
    });
    expect(await testSettings(policy, { a: 1 })).toEqual({ valid: true });
    expect(await testSettings(policy, {})).toEqual({ valid: false, message: 'a must be 1' });
    const module = guest('rust/context-aware.wasm');
    await checkSettingsCase(module, {
      name: '',
      settings: {},
      valid: (await testSettings(module, {})).valid,
    });
  });

  it('may be asked about at the host', async () => {
    const policy = definePolicy<{ registry: string }>({
      validate: () => accept(),
      validateSettings: ({ registry }) => ({ valid: lookupHost(registry).length > 0 }),
    });
    const settings = { registry: 'registry.example.com' };
    const host = { 'net/v1/dns_lookup_host': { ips: ['192.0.2.1'] } };
    await checkSettingsCase(policy, { name: 'known', settings, host, valid: true });
    await expect(testSettings(policy, settings)).rejects.toThrow('no answer for net/v1/dns_lookup_host');
  });
});

const lookUp = definePolicy({ validate: () => accept({ warnings: lookupHost('kubewarden.io') }) });

describe('a host with answers', () => {
  it('answers with values and with functions of the request', async () => {
    const policy = definePolicy({
      validate({ name = '' }) {
        const { items } = list({ apiVersion: 'v1', kind: 'Service' });
        const { metadata } = get({ apiVersion: 'v1', kind: 'Namespace', name });
        return accept({ warnings: [`${items.length} ${metadata?.name}`] });
      },
    });
    const verdict = await testPolicy(policy, {
      request: admissionRequest({ name: 'shop' }),
      host: {
        'kubernetes/list_resources_all': { items: [{}, {}] },
        'kubernetes/get_resource': ({ name }) => ({ metadata: { name } }),
      },
    });
    expect(verdict.warnings).toEqual(['2 shop']);
    expect(verdict.hostCalls).toEqual([
      { capability: 'kubernetes/list_resources_all', request: { api_version: 'v1', kind: 'Service' } },
      {
        capability: 'kubernetes/get_resource',
        request: { api_version: 'v1', kind: 'Namespace', name: 'shop', disable_cache: false },
      },
    ]);
  });

  it('fails with what a function throws, as a host does, and without an answer', async () => {
    const host = {
      'net/v1/dns_lookup_host': (): never => {
        throw new Error('no such host');
      },
    };
    await expect(testPolicy(lookUp, { request: admissionRequest(), host })).rejects.toThrow(
      'Callback evaluation failure: no such host',
    );
    await expect(testPolicy(lookUp, { request: admissionRequest() })).rejects.toThrow(
      'the host of this test has no answer for net/v1/dns_lookup_host',
    );
  });

  it('is that of one evaluation, however many run at the same time', async () => {
    const policy = definePolicy({
      async validate() {
        await new Promise((resolve) => setImmediate(resolve));
        return accept({ warnings: lookupHost('h') });
      },
    });
    const verdicts = await Promise.all(
      ['1', '2', '3'].map((ip) =>
        testPolicy(policy, {
          request: admissionRequest(),
          host: { 'net/v1/dns_lookup_host': { ips: [ip] } },
        }),
      ),
    );
    expect(verdicts.map(({ warnings }) => warnings)).toEqual([['1'], ['2'], ['3']]);
  });
});

function session(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'session-')), 'session.yml');
  writeFileSync(file, text);
  return file;
}

const exchange = (host: string, response: string): string =>
  `- type: Exchange\n  request: |\n    !DNSLookupHost\n    host: ${host}\n  response:\n    ${response}\n`;
const success = exchange('kubewarden.io', `{type: Success, payload: '{"ips":["::1"]}'}`);

describe('a recorded session', () => {
  it('answers first in, first out, and begins anew each time', async () => {
    const host = recordedSession(session(success + success));
    for (let run = 0; run < 2; run += 1) {
      const verdict = await testPolicy(lookUp, { request: admissionRequest(), host });
      expect(verdict.warnings).toEqual(['::1']);
      expect(verdict.unusedExchanges).toBe(1);
    }
  });

  it('fails as recorded, and for any other request', async () => {
    const evaluate = (text: string): Promise<unknown> =>
      testPolicy(lookUp, { request: admissionRequest(), host: recordedSession(session(text)) });
    await expect(evaluate(exchange('kubewarden.io', '{type: Error, message: nobody home}'))).rejects.toThrow(
      'Callback evaluation failure: nobody home',
    );
    await expect(evaluate(exchange('example.com', '{type: Error, message: x}') + success)).rejects.toThrow(
      'Was expecting !DNSLookupHost {"host":"example.com"}, got !DNSLookupHost {"host":"kubewarden.io"} instead',
    );
    await expect(evaluate('')).rejects.toThrow('the list of recorded responses is empty');
    await expect(evaluate('{}')).rejects.toThrow(
      /session\.yml: line 1, column 1: a list of exchanges is expected/,
    );
    await expect(
      testPolicy(lookUp, {
        request: admissionRequest(),
        host: recordedSession(pathToFileURL('/no/such.yml')),
      }),
    ).rejects.toThrow('ENOENT');
  });

  it('answers a module and the same policy in TypeScript alike', async () => {
    const evaluation = {
      request: request('deployment.json'),
      host: recordedSession(guest('requests/customer-1.session.yml')),
    };
    const module = await testPolicy(guest('rust/context-aware.wasm'), evaluation);
    const written = await testPolicy(contextAware, evaluation);
    expect(module.accepted).toBe(true);
    expect(module.unusedExchanges).toBe(0);
    expect(written.unusedExchanges).toBe(0);
    expect(written.hostCalls.map(({ capability }) => capability)).toEqual(
      module.hostCalls.map(({ capability }) => capability),
    );
  });
});

/** Asks what the guest of the same name asks. */
const contextAware: Policy = definePolicy({
  validate() {
    const { items } = list({ apiVersion: 'v1', kind: 'Namespace', labelSelector: 'customer-id=1' });
    const namespace = items[0]!.metadata!.name!;
    listByNamespace({ apiVersion: 'apps/v1', kind: 'Deployment', namespace });
    get({ apiVersion: 'v1', kind: 'Service', name: 'api-auth-service', namespace });
    const user = `system:serviceaccount:${namespace}:default`;
    const { allowed } = canI({ user, verb: 'create', resource: 'pods', namespace: 'kube-system' });
    return allowed ? reject({ message: 'too mighty' }) : accept();
  },
});

const hasSpec = (object: unknown): void => expect(object).toHaveProperty('spec', 1);

describe('a case', () => {
  const policy = definePolicy({
    validate: ({ object, operation }) =>
      operation === 'DELETE'
        ? reject({ message: 'not deleted', code: 403, warnings: ['w'], auditAnnotations: { a: 'b' } })
        : mutate({ ...object, spec: 1 }),
  });
  const deletion = { name: 'deletion', request: admissionRequest({ operation: 'DELETE' }) };
  const creation = { name: 'creation', request: admissionRequest({ object: pod }) };

  it('holds when the verdict is the expected one', async () => {
    const expected = {
      accepted: false,
      message: /deleted/,
      code: 403,
      warnings: ['w'],
      auditAnnotations: { a: 'b' },
    };
    await checkCase(policy, { ...deletion, expected });
    await checkCase(policy, { ...deletion, expected: { accepted: false, message: 'not deleted' } });
    await checkCase(policy, {
      ...creation,
      expected: { accepted: true, mutatedObject: { ...pod, spec: 1 } },
    });
    await checkCase(policy, { ...creation, expected: { accepted: true, mutatedObject: hasSpec } });
  });

  it.each([
    [deletion, { accepted: true }, 'rejected: not deleted'],
    [deletion, { accepted: false, message: 'deleted' }, 'not deleted'],
    [deletion, { accepted: false, message: /^deleted/ }, 'not deleted'],
    [deletion, { accepted: false, code: 400 }, '403'],
    [deletion, { accepted: false, warnings: [] }, 'w'],
    [deletion, { accepted: false, auditAnnotations: {} }, 'a'],
    [deletion, { accepted: false, mutatedObject: () => undefined }, 'the policy changes nothing'],
    [creation, { accepted: true }, 'nginx'],
    [creation, { accepted: true, mutatedObject: pod }, 'spec'],
  ])('fails when it is not: %j %j', async (tested, expected, problem) => {
    await expect(checkCase(policy, { ...tested, expected })).rejects.toThrow(problem);
  });
});

describe('an admission request', () => {
  it('is about the object that it has', () => {
    expect(admissionRequest({ object: pod })).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      name: 'nginx',
      namespace: 'shop',
      operation: 'CREATE',
      object: pod,
    });
    expect(admissionRequest({ operation: 'DELETE', oldObject: pod })).toMatchObject({ name: 'nginx' });
    expect(admissionRequest({ object: pod, name: 'a', dryRun: true })).toMatchObject({
      name: 'a',
      dryRun: true,
    });
  });

  it.each([
    ['networking.k8s.io/v1', 'Ingress', 'ingresses'],
    ['networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'],
    ['v1', 'Endpoints', 'endpoints'],
    ['apps/v1', 'Deployment', 'deployments'],
    ['gateway.networking.k8s.io/v1', 'Gateway', 'gateways'],
  ])('names the collection as Kubernetes does: %s %s', (apiVersion, kind, resource) => {
    const [version, group = ''] = apiVersion.split('/').toReversed();
    expect(admissionRequest({ object: { apiVersion, kind } }).resource).toEqual({ group, version, resource });
  });

  it('comes from a file', () => {
    expect(request('pod-privileged.json').kind.kind).toBe('Pod');
    expect(() => requestFromFile(session('[]'))).toThrow('session.yml has no admission request');
  });
});
