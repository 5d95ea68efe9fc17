import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { annotateModule, defaultMetadata, type Metadata } from '@kubewarden/policy';
import { afterEach, describe, expect, it } from 'vitest';
import { parseCommandLine } from './cli/command-line.ts';
import { resolveOptions } from './cli/values.ts';
import { readConfig } from './config/config.ts';
import { createLogger } from './logging/logger.ts';
import { formatText } from './logging/text.ts';
import { type PolicyServer, startPolicyServer } from './policy-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'policy-server-'));
const guests = join(import.meta.dirname, '../../../guests');
const guest = (name: string): string => `file://${join(guests, name)}`;
const review = (name: string): string => readFileSync(join(guests, 'requests', `${name}.json`), 'utf8');

const running: PolicyServer[] = [];
let log: string[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop(0)));
  log = [];
});

/** A module of the guests in WAT, with metadata of its own. */
function annotated(name: string, metadata: Partial<Metadata> = {}): string {
  const path = join(folder, `${name.replaceAll('/', '-')}-${JSON.stringify(metadata).length}.wasm`);
  const module = readFileSync(join(guests, 'wat', `${name}.wasm`));
  writeFileSync(path, annotateModule(module, { ...defaultMetadata, protocolVersion: 'v1', ...metadata }));
  return `file://${path}`;
}

/** A module without metadata. */
function bareModule(): string {
  const path = join(folder, 'bare.wasm');
  writeFileSync(path, Buffer.from('0061736d01000000', 'hex'));
  return `file://${path}`;
}

async function start(policies: object, ...flags: string[]): Promise<PolicyServer> {
  const file = join(folder, 'policies.yml');
  writeFileSync(file, JSON.stringify(policies));
  const store = mkdtempSync(join(folder, 'store-'));
  const invocation = parseCommandLine([
    ...'--addr 127.0.0.1 --port 0 --readiness-probe-port 0 --workers 2'.split(' '),
    ...`--policies ${file} --policies-download-dir ${store}`.split(' '),
    ...flags,
  ]);
  if (invocation.kind !== 'serve') throw new Error(`unexpected ${invocation.kind}`);
  const logger = createLogger(
    'info',
    (entry) => formatText(entry, false),
    (line) => log.push(line),
  );
  const server = await startPolicyServer(await readConfig(resolveOptions(invocation.flags, {})), logger, {});
  running.push(server);
  return server;
}

async function ask(server: PolicyServer, path: string, body: string) {
  const response = await fetch(`http://127.0.0.1:${server.api.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const answer = (await response.json()) as {
    response?: { uid: string; allowed: boolean; patch?: string; status?: object };
  };
  return { status: response.status, ...answer };
}

const readiness = (server: PolicyServer) => fetch(`http://127.0.0.1:${server.readiness.port}/readiness`);

const rawMutation = {
  module: guest('rust/raw-mutation.wasm'),
  settings: { forbiddenResources: ['banana', 'carrot'], defaultResource: 'hay' },
};
const podPrivileged = { module: guest('rust/pod-privileged.wasm') };
const rejection = { message: 'Privileged container is not allowed' };
const timeout = 'Policy execution interrupted because it exceeded the allowed execution time';

describe('a policy server', () => {
  it('answers reviews as the original does', async () => {
    const server = await start({
      'pod-privileged': podPrivileged,
      monitored: { ...podPrivileged, policyMode: 'monitor' },
      explained: { ...podPrivileged, message: 'Custom error message' },
      go: { module: guest('go/pod-privileged.wasm') },
      assemblyscript: { module: guest('assemblyscript/pod-privileged.wasm') },
      'raw-mutation': { ...rawMutation, allowedToMutate: true },
      'raw-validation': rawMutation,
      group: {
        expression: 'pod_privileged() && true',
        message: 'The group policy rejected your request',
        policies: { pod_privileged: podPrivileged },
      },
      'mutating-group': {
        expression: 'raw_mutation() && true',
        message: 'The group policy rejected your request',
        policies: { raw_mutation: rawMutation },
      },
    });
    expect((await readiness(server)).status).toBe(200);

    const privileged = review('pod-privileged');
    const { uid } = JSON.parse(privileged).request;
    const cause = { reason: null, message: rejection.message, field: null };
    for (const [path, allowed, status] of [
      ['/validate/pod-privileged', false, rejection],
      ['/validate/go', false, rejection],
      ['/validate/assemblyscript', false, rejection],
      ['/audit/pod-privileged', false, rejection],
      ['/validate/monitored', true, undefined],
      ['/audit/monitored', false, rejection],
      ['/validate/explained', false, { message: 'Custom error message', details: { causes: [cause] } }],
      ['/audit/explained', false, rejection],
      ['/validate/group%2Fpod_privileged', false, rejection],
      [
        '/validate/group',
        false,
        {
          message: 'The group policy rejected your request',
          details: { causes: [{ ...cause, field: 'spec.policies.pod_privileged' }] },
        },
      ],
    ] as const) {
      const answer = await ask(server, path, privileged);
      expect({ path, ...answer }).toEqual({
        path,
        status: 200,
        kind: 'AdmissionReview',
        apiVersion: 'admission.k8s.io/v1',
        response: { uid, allowed, auditAnnotations: null, warnings: null, ...(status && { status }) },
      });
    }
    expect(log.find((line) => line.includes('policy evaluation (monitor mode)'))).toMatch(
      /allowed: false.*Privileged container is not allowed/,
    );
    for (const path of ['/validate/pod-privileged', '/validate/group']) {
      expect((await ask(server, path, review('pod-plain'))).response).toMatchObject({ allowed: true });
    }

    const mutated = await ask(server, '/validate_raw/raw-mutation', review('raw-banana'));
    expect(mutated).toMatchObject({
      status: 200,
      response: { uid: '', allowed: true, patchType: 'JSONPatch' },
    });
    expect(JSON.parse(atob(mutated.response?.patch ?? ''))).toEqual([
      { op: 'replace', path: '/resource', value: 'hay' },
    ]);
    expect((await ask(server, '/validate_raw/raw-validation', review('raw-banana'))).response).toMatchObject({
      allowed: false,
      status: { message: expect.stringContaining('it is currently configured to not allow mutations') },
    });
    expect((await ask(server, '/validate_raw/mutating-group', review('raw-banana'))).response).toMatchObject({
      allowed: false,
      status: { details: { causes: [{ message: 'mutation is not allowed inside of policy group' }] } },
    });
    expect((await ask(server, '/validate/unknown', privileged)).status).toBe(404);
    expect((await ask(server, '/validate/unknown', '{}')).status).toBe(422);
    expect((await ask(server, '/validate/pod-privileged', '{')).status).toBe(400);
    expect((await ask(server, '/validate/pod-privileged', '['.repeat(200))).status).toBe(400);
  });

  it('never mixes up answers, with several policies at once', async () => {
    const server = await start({
      rust: podPrivileged,
      go: { module: guest('go/pod-privileged.wasm') },
      group: { expression: 'a()', message: 'no', policies: { a: podPrivileged } },
    });
    const plain = JSON.parse(review('pod-plain'));
    const privileged = JSON.parse(review('pod-privileged'));
    const names = ['rust', 'go', 'group'];
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        const { request } = index % 2 === 0 ? plain : privileged;
        const body = JSON.stringify({ request: { ...request, uid: `uid-${index}` } });
        const { response } = await ask(server, `/validate/${names[index % 3]}`, body);
        return [response?.uid, response?.allowed];
      }),
    );
    expect(answers).toEqual(Array.from({ length: 300 }, (_, index) => [`uid-${index}`, index % 2 === 0]));
  });

  it('never evaluates half a review, nor one that says things twice', async () => {
    const server = await start({ podPrivileged });
    const body = JSON.stringify(JSON.parse(review('pod-plain')));
    const cuts = Array.from({ length: 60 }, (_, index) =>
      body.slice(0, Math.floor((index * body.length) / 60)),
    );
    const answers = await Promise.all(cuts.map((cut) => ask(server, '/validate/podPrivileged', cut)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
    const twice = body.replace('"uid":', '"uid":"another","uid":');
    expect((await ask(server, '/validate/podPrivileged', twice)).status).toBe(422);
  });

  it('interrupts policies, with the limit of the server or their own, and goes on', async () => {
    const loop = annotated('wapc/loop-in-call');
    const server = await start({
      quick: { module: loop, timeoutEvalSeconds: 1 },
      watched: { module: loop, policyMode: 'monitor' },
      podPrivileged,
    });
    const [quick, watched, other] = await Promise.all([
      ask(server, '/validate/quick', review('pod-plain')),
      ask(server, '/validate/watched', review('pod-plain')),
      ask(server, '/validate/podPrivileged', review('pod-plain')),
    ]);
    expect(quick.response).toMatchObject({ allowed: false, status: { message: timeout, code: 500 } });
    expect(watched.response).toMatchObject({ allowed: true });
    expect(other.response).toMatchObject({ allowed: true });
  });

  it('accepts everything of an exempted namespace, whatever the policy', async () => {
    const server = await start(
      { podPrivileged, failed: { module: 'file:///missing.wasm' } },
      '--continue-on-errors',
      '--always-accept-admission-reviews-on-namespace=default',
    );
    for (const path of ['/validate/podPrivileged', '/audit/podPrivileged', '/validate/failed']) {
      expect((await ask(server, path, review('pod-privileged'))).response).toMatchObject({ allowed: true });
    }
    expect((await ask(server, '/validate/unknown', review('pod-privileged'))).status).toBe(404);
  });

  it('loads policies from the web', async () => {
    const web = createServer((_request, response) => {
      response.end(readFileSync(join(guests, 'rust/pod-privileged.wasm')));
    }).listen(0, '127.0.0.1');
    await once(web, 'listening');
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/pod-privileged.wasm`;
    const server = await start({ a: { module: url }, b: { module: url } });
    web.close();
    expect((await ask(server, '/validate/b', review('pod-privileged'))).response?.status).toEqual(rejection);
    expect(log.join('')).toContain('policies_count=1');
  });

  it('fails its readiness probe while it stops, and ends what is in flight', async () => {
    const sleeping = { module: guest('c/sleeping.wasm'), settings: { sleepMilliseconds: 1 } };
    const server = await start({ sleeping });
    const inFlight = ask(server, '/validate/sleeping', review('pod-sleep-100-ms'));
    const stopped = server.stop(300);
    expect((await readiness(server)).status).toBe(503);
    // A client that has not heard of it yet.
    expect((await ask(server, '/validate/sleeping', review('pod-plain'))).status).toBe(200);
    expect((await inFlight).response).toMatchObject({ allowed: true });
    await stopped;
    await expect(readiness(server)).rejects.toThrow('fetch failed');
    running.splice(0);
  });

  it('drops no request of clients that go elsewhere while it stops', async () => {
    const server = await start({ podPrivileged });
    const body = review('pod-plain');
    const leaving = new AbortController();
    const clients = Array.from({ length: 8 }, async () => {
      let answers = 0;
      while (!leaving.signal.aborted) {
        expect((await ask(server, '/validate/podPrivileged', body)).response?.allowed).toBe(true);
        answers += 1;
      }
      return answers;
    });
    await sleep(100);
    const stopped = server.stop(1_000);
    await sleep(200);
    leaving.abort();
    for (const answers of await Promise.all(clients)) expect(answers).toBeGreaterThan(0);
    await stopped;
    running.splice(0);
  });

  it('does not start when a port is taken, and leaves nothing behind', async () => {
    const server = await start({ podPrivileged });
    await expect(start({ podPrivileged }, '--port', String(server.api.port))).rejects.toThrow('EADDRINUSE');
  });
});

const newer = { minimumKubewardenVersion: '99.1.0' };
const contextAware = {
  module: guest('rust/context-aware.wasm'),
  contextAwareResources: [{ apiVersion: 'v1', kind: 'Namespace' }],
};
const anyGroup = { message: 'no', policies: { a: podPrivileged } };
const badSettings = { module: guest('c/sleeping.wasm'), settings: { sleepMilliseconds: 'long' } };
const settingsMessage =
  'Policy settings are invalid: sleepMilliseconds must be a whole number of milliseconds';

describe('a policy that cannot be served', () => {
  const failures: [name: string, policy: () => object, message: string, reason: string][] = [
    [
      'is not there',
      () => ({ module: 'file:///missing.wasm' }),
      "Error while downloading policy 'p' from file:///missing.wasm: ENOENT",
      "bootstrap failure: p: Error while downloading policy 'p' from file:///missing.wasm: ENOENT",
    ],
    [
      'is in a registry that cannot be reached',
      () => ({ module: 'localhost:1/p:v1' }),
      "Error while downloading policy 'p' from localhost:1/p:v1: Fail to interact with OCI registry: cannot reach",
      "bootstrap failure: p: Error while downloading policy 'p' from localhost:1/p:v1",
    ],
    [
      'has no metadata',
      () => ({ module: bareModule() }),
      'Policy is missing protocol version, which is required for KubewardenWapc execution mode',
      'bootstrap failure: p: Policy is missing protocol version',
    ],
    [
      'needs a newer Kubewarden',
      () => ({ module: annotated('wapc/accept', newer) }),
      'Policy required Kubewarden version 99.1.0 but is running on 1.38.0',
      'bootstrap failure: p: Policy required Kubewarden version 99.1.0',
    ],
    ['is no module', () => ({ module: guest('wat/module/truncated.wasm') }), '', 'bootstrap failure: p: '],
    ['refuses its settings', () => badSettings, settingsMessage, settingsMessage],
    [
      'loops for ever in its settings',
      () => ({ module: annotated('wapc/loop-in-settings'), timeoutEvalSeconds: 1 }),
      'Policy settings are invalid: ',
      'Policy settings are invalid: ',
    ],
    [
      'is a group with a wrong expression',
      () => ({ ...anyGroup, expression: 'a() && b()' }),
      'p: error evaluating policy group expression: ',
      'error evaluating policy group expression: ',
    ],
    [
      'is a group with a member that refuses its settings',
      () => ({ expression: 'a()', message: 'no', policies: { a: badSettings } }),
      settingsMessage,
      '',
    ],
  ];

  it.each(failures)('because it %s ends the start', async (_name, policy, message) => {
    await expect(start({ p: policy() })).rejects.toThrow(message);
  });

  it('rejects everything with --continue-on-errors, in monitor mode and audits as well, while others work', async () => {
    const policies = failures.map(([, policy], index) => [
      `p${index}`,
      { policyMode: 'monitor', ...policy() },
    ]);
    const server = await start({ ...Object.fromEntries(policies), podPrivileged }, '--continue-on-errors');
    for (const [index, [name, , , reason]] of failures.entries()) {
      for (const endpoint of ['validate', 'audit']) {
        const answer = await ask(server, `/${endpoint}/p${index}`, review('pod-plain'));
        // The members of a group are always enforced; the group's own mode applies to its verdict.
        if (endpoint === 'validate' && name.includes('member')) continue;
        expect({ name, ...answer }).toMatchObject({
          name,
          status: 200,
          response: {
            allowed: false,
            status: {
              code: 500,
              message: expect.stringContaining(reason.replaceAll(/(: |')p(: |')/g, `$1p${index}$2`)),
            },
          },
        });
      }
    }
    expect((await ask(server, '/validate/podPrivileged', review('pod-plain'))).response?.allowed).toBe(true);
  });

  it('makes its group reject, and say why', async () => {
    const group = { expression: 'a() || b()', message: 'no', policies: { a: badSettings, b: podPrivileged } };
    const server = await start({ group }, '--continue-on-errors');
    const { response } = await ask(server, '/validate/group', review('pod-privileged'));
    expect(response).toMatchObject({ allowed: false, status: { code: 500 } });
    expect(JSON.stringify(response?.status)).toContain(settingsMessage);
  });

  it.each([
    [
      { p: { ...podPrivileged, hostCapabilities: ['oci/v1'] } },
      'bootstrap failure: invalid hostCapabilities pattern for policy p: invalid pattern "oci/v1"',
    ],
    [
      {
        g: {
          expression: 'a()',
          message: 'no',
          policies: { a: { ...podPrivileged, hostCapabilities: ['x'] } },
        },
      },
      'bootstrap failure: invalid hostCapabilities pattern for policy g: ',
    ],
    [{ p: contextAware }, 'Cannot connect to Kubernetes, context aware policies would not work properly'],
  ])('ends the start in spite of --continue-on-errors: %j', async (policies, message) => {
    await expect(start(policies, '--continue-on-errors')).rejects.toThrow(message);
  });

  it('for want of Kubernetes is served when that is asked for', async () => {
    const server = await start({ p: contextAware }, '--ignore-kubernetes-connection-failure');
    const answer = await ask(server, '/validate/p', review('deployment'));
    expect(answer.response).toMatchObject({ allowed: false });
  });

  it.each([
    [podPrivileged.module, 'Verification only works with OCI images'],
    ['https://example.org/p.wasm', 'Verification only works with OCI images'],
  ])('is never loaded unverified when a verification config is set: %s', async (module, message) => {
    const config = join(folder, 'verification.yml');
    writeFileSync(config, 'apiVersion: v1\nallOf: [{kind: githubAction, owner: kubewarden}]\n');
    const started = start({ p: { module } }, '--verification-path', config);
    await expect(started).rejects.toThrow(`Policy 'p' cannot be verified: ${message}`);
    expect(log.join('')).toContain('policy cannot be verified');
  });
});
