/**
 * The real policy-server with real registries: what it fetches, what it refuses, and what it does when a registry
 * misbehaves.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRegistryClient, dockerCredentials, type RegistryClient } from '@kubewarden/registry';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { startFaultProxy, type FaultProxy } from '../../tools/registries/fault-proxy.ts';
import { startRegistry, type TestRegistry } from '../../tools/registries/registry.ts';
import {
  createKey,
  createTestSigstore,
  publicKeyPem,
  simplePayload,
  type SigningIdentity,
  type TestSigstore,
} from '../../tools/sigstore/test-sigstore.ts';
import { pushPolicy, pushSignatures } from './publish.ts';
import { launchServer, serve, type ServerOptions, type ServingServer } from './server.ts';

const guests = join(import.meta.dirname, '../../guests');
const module = readFileSync(join(guests, 'rust/raw-mutation.wasm'));
const otherModule = readFileSync(join(guests, 'wat/wapc/accept.wasm'));
const settings = { forbiddenResources: ['banana'], defaultResource: 'hay' };
const banana = JSON.parse(readFileSync(join(guests, 'requests/raw-banana.json'), 'utf8')) as object;
/** What the module says when it may not mutate. */
const refusal = 'it is currently configured to not allow mutations';

const folder = mkdtempSync(join(tmpdir(), 'kubewarden-distribution-'));
const newStore = (): string => mkdtempSync(join(folder, 'store-'));

let password: TestRegistry;
let tokens: TestRegistry;
let plain: TestRegistry;
let proxy: FaultProxy;
let sigstore: TestSigstore;
let client: RegistryClient;
const key = createKey();
const strangersKey = createKey();

const file = (name: string, content: string | object): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

beforeAll(async () => {
  [password, tokens, plain, sigstore] = await Promise.all([
    startRegistry({ tls: true, auth: 'htpasswd' }),
    startRegistry({ tls: true, auth: 'token' }),
    startRegistry(),
    createTestSigstore(),
  ]);
  proxy = await startFaultProxy(plain);
  const auths = Object.fromEntries(
    [password, tokens].map(({ host, credentials: { username, password: secret } }) => [
      host,
      { auth: Buffer.from(`${username}:${secret}`).toString('base64') },
    ]),
  );
  const dockerConfig = file('config.json', { auths });
  const authorities = [
    [password.host, password.authority],
    [tokens.host, tokens.authority],
    [tokens.tokenServer!.host, tokens.authority],
  ] as const;
  file('sources.yml', {
    insecure_sources: [plain.host, proxy.host],
    source_authorities: Object.fromEntries(
      authorities.map(([host, authority]) => [host, [{ type: 'Data', data: authority }]]),
    ),
  });
  file('trust-config.json', sigstore.clientTrustConfig);
  const requirement = { kind: 'pubKey', key: publicKeyPem(key) };
  file('key-only.yml', { apiVersion: 'v1', allOf: [requirement] });
  file('key-or-identity.yml', {
    apiVersion: 'v1',
    anyOf: {
      minimumMatches: 1,
      signatures: [
        requirement,
        {
          kind: 'genericIssuer',
          issuer: 'https://issuer.example.org',
          subject: { equal: 'https://example.org/signer' },
        },
      ],
    },
  });
  client = createRegistryClient({
    sources: {
      insecureSources: new Set([plain.host, proxy.host]),
      sourceAuthorities: new Map(authorities.map(([host, authority]) => [host, [authority]])),
    },
    credentials: dockerCredentials({ path: dockerConfig, environment: {} }),
  });
});

afterAll(async () => {
  await client.close();
  await Promise.all([password, tokens, plain, proxy].map((running) => running.stop()));
  rmSync(folder, { recursive: true });
});

const settingsOf = (name: string): string => join(folder, name);
const sources = (): string[] => ['--sources-path', settingsOf('sources.yml')];
const verification = (name: 'key-only' | 'key-or-identity'): string[] => [
  '--verification-path',
  settingsOf(`${name}.yml`),
];

/** A server that is stopped with the test. */
async function start({ onTestFinished }: TestContext, options: ServerOptions): Promise<ServingServer> {
  const server = await serve({ ...options, flags: [...sources(), ...(options.flags ?? [])] });
  onTestFinished(() => server.stop());
  return server;
}

/** A start that is expected to be refused. */
async function refuse(options: ServerOptions): Promise<string> {
  const server = launchServer({ ...options, flags: [...sources(), ...(options.flags ?? [])] });
  await server.ended();
  expect(server.exitCode()).toBe(1);
  return server.errors();
}

async function sign(
  reference: string,
  digest: string,
  identity: SigningIdentity,
  signedDigest = digest,
): Promise<void> {
  const payload = simplePayload(signedDigest);
  const annotations = await sigstore.signSimple(payload, identity);
  await pushSignatures(client, reference, digest, [{ payload, annotations }]);
}

/** Pushes a policy that is signed by the key, or by whoever is named. */
async function publish(
  reference: string,
  identity: SigningIdentity | undefined = key,
  content: Uint8Array = module,
): Promise<string> {
  const digest = await pushPolicy(client, reference, content);
  await sign(reference, digest, identity);
  return digest;
}

const policy = (reference: string): object => ({ module: `registry://${reference}`, settings });
const works = async (server: ServingServer, name: string): Promise<void> => {
  expect((await server.ask(name, banana)).status?.message).toContain(refusal);
};
const messages = (server: ServingServer): string[] => server.log().map(({ fields }) => fields.message);
const statuses = (server: ServingServer): unknown[] =>
  server.log().flatMap(({ fields }) => (fields.message === 'policy download' ? [fields['status']] : []));

describe('policies in registries', () => {
  test('are served from one with passwords and one with tokens, signed by key and by identity', async (context) => {
    const byKey = `${password.host}/policies/by-key:v1`;
    const byIdentity = `${tokens.host}/policies/by-identity:v1`;
    await publish(byKey);
    await publish(byIdentity, await sigstore.issueCertificate());
    const server = await start(context, {
      policies: { key: policy(byKey), identity: policy(byIdentity) },
      downloadDir: newStore(),
      flags: [
        ...verification('key-or-identity'),
        ...['--sigstore-trust-config', settingsOf('trust-config.json')],
        ...['--docker-config-json-path', folder],
      ],
    });
    await works(server, 'key');
    await works(server, 'identity');
    const log = messages(server);
    const verifying = 'verifying policy authenticity and integrity using sigstore';
    expect(log.filter((message) => message === verifying)).toHaveLength(2);
    expect(log.filter((message) => message === 'Local file checksum verification passed')).toHaveLength(2);
    expect(statuses(server)).toEqual(
      expect.arrayContaining(['verified-signatures', 'verified-local-checksum', undefined]),
    );
  });

  test('are configured by the environment as well, and the credentials may be named by their file', async (context) => {
    const reference = `${password.host}/policies/environment:v1`;
    await publish(reference);
    const server = await start(context, {
      policies: { policy: policy(reference) },
      downloadDir: newStore(),
      environment: {
        KUBEWARDEN_VERIFICATION_CONFIG_PATH: settingsOf('key-only.yml'),
        KUBEWARDEN_DOCKER_CONFIG_JSON_PATH: settingsOf('config.json'),
      },
    });
    await works(server, 'policy');
  });

  test('need credentials that the registry accepts', async () => {
    const reference = `${password.host}/policies/private:v1`;
    await publish(reference);
    const errors = await refuse({ policies: { policy: policy(reference) }, downloadDir: newStore() });
    expect(errors).toContain(
      `bootstrap failure: policy: Error while downloading policy 'policy' from registry://${reference}: `,
    );
    expect(errors).toContain('Not authorized');
  });

  test('need no trust root when keys are enough, whatever is wrong with it', async (context) => {
    const reference = `${plain.host}/policies/key-only:v1`;
    await publish(reference);
    const server = await start(context, {
      policies: { policy: policy(reference) },
      downloadDir: newStore(),
      flags: [...verification('key-only'), '--sigstore-trust-config', settingsOf('missing.json')],
    });
    await works(server, 'policy');
    expect(messages(server)).toContain(
      'Cannot create Sigstore trust root, verification relying on Rekor and Fulcio will fail',
    );
  });

  test('are refused when their signer needs a trust root that is broken', async () => {
    const reference = `${plain.host}/policies/no-trust-root:v1`;
    await publish(reference, await sigstore.issueCertificate());
    const errors = await refuse({
      policies: { policy: policy(reference) },
      downloadDir: newStore(),
      flags: [...verification('key-or-identity'), '--sigstore-trust-config', settingsOf('missing.json')],
    });
    expect(errors).toContain("Policy 'policy' cannot be verified: ");
    expect(errors).toContain('could not read Sigstore trust config file');
  });

  test('that fail answer with their own error while the others serve, and each is fetched once', async (context) => {
    const good = `${plain.host}/policies/good:v1`;
    const unsigned = `${plain.host}/policies/unsigned:v1`;
    const stranger = `${plain.host}/policies/stranger:v1`;
    await publish(good);
    await pushPolicy(client, unsigned, module);
    await publish(stranger, strangersKey);
    const server = await start(context, {
      policies: {
        good: policy(good),
        twin: { module: good, settings },
        unsigned: policy(unsigned),
        stranger: policy(stranger),
        missing: policy(`${plain.host}/policies/missing:v1`),
        file: { module: `file://${join(guests, 'rust/raw-mutation.wasm')}`, settings },
        web: { module: 'https://example.org/policy.wasm' },
        group: {
          expression: 'member()',
          message: 'no',
          policies: { member: policy(unsigned) },
        },
      },
      downloadDir: newStore(),
      flags: [...verification('key-only'), '--continue-on-errors'],
    });
    await works(server, 'good');
    await works(server, 'twin');
    const errors: [string, string][] = [
      [
        'unsigned',
        "bootstrap failure: unsigned: Policy 'unsigned' cannot be verified: " +
          `no signatures found for image: ${unsigned} `,
      ],
      ['stranger', "Policy 'stranger' cannot be verified: Image verification failed: missing signatures"],
      ['missing', "Policy 'missing' cannot be verified: "],
      [
        'file',
        "Policy 'file' cannot be verified: Verification only works with OCI images: Not a valid oci image",
      ],
      [
        'web',
        "Policy 'web' cannot be verified: Verification only works with OCI images: Not a valid oci image",
      ],
      ['group%2Fmember', "Policy 'group/#member' cannot be verified: "],
    ];
    for (const [name, error] of errors) {
      const answer = await server.ask(name, banana);
      expect(answer, name).toMatchObject({ allowed: false, status: { code: 500 } });
      expect(answer.status?.message).toContain(error);
    }
    const verified = server.log().filter(({ fields }) => fields['status'] === 'verified-signatures');
    expect(verified.map(({ fields }) => fields['name'])).toEqual(['good']);
  });

  test('without a verification config only have to be there', async (context) => {
    const reference = `${plain.host}/policies/any:v1`;
    await pushPolicy(client, reference, module);
    const server = await start(context, {
      policies: {
        there: policy(reference),
        wrong_url: { module: `${plain.host}/policies/not_existing:v0.1.0` },
      },
      downloadDir: newStore(),
      flags: ['--continue-on-errors'],
    });
    await works(server, 'there');
    const { status } = await server.ask('wrong_url', banana);
    expect(status?.message).toMatch(
      /Error while downloading policy 'wrong_url' from \S+\/not_existing:v0\.1\.0: .*(not|unknown)/i,
    );
  });
});

describe('what was signed is what runs', () => {
  test('a tag that has moved since is refused', async () => {
    const reference = `${plain.host}/policies/moved:v1`;
    await publish(reference);
    await pushPolicy(client, reference, otherModule);
    const errors = await refuse({
      policies: { policy: policy(reference) },
      downloadDir: newStore(),
      flags: verification('key-only'),
    });
    expect(errors).toContain('no signatures found for image');
  });

  test('a signature of another image is refused', async () => {
    const reference = `${plain.host}/policies/borrowed:v1`;
    const signed = await publish(`${plain.host}/policies/borrowed:signed`);
    const digest = await pushPolicy(client, reference, otherModule);
    await sign(reference, digest, key, signed);
    const errors = await refuse({
      policies: { policy: policy(reference) },
      downloadDir: newStore(),
      flags: verification('key-only'),
    });
    expect(errors).toContain("Policy 'policy' cannot be verified: ");
  });

  test('a tag that moves between verification and download changes nothing', async (context) => {
    const name = 'policies/moving';
    await publish(`${plain.host}/${name}:v1`);
    await pushPolicy(client, `${plain.host}/${name}:other`, otherModule);
    const other = await fetch(`${plain.url}/v2/${name}/manifests/other`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    const body = await other.text();
    let verified = false;
    proxy.inject(({ url }) => {
      if (url.includes('.sig')) verified = true;
      if (!verified || !url.endsWith('/manifests/v1')) return undefined;
      return {
        kind: 'answer',
        status: 200,
        headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
        body,
      };
    });
    context.onTestFinished(() => proxy.reset());
    const server = await start(context, {
      policies: { policy: policy(`${proxy.host}/${name}:v1`) },
      downloadDir: newStore(),
      flags: verification('key-only'),
    });
    await works(server, 'policy');
  });

  test('a file of the store that somebody has changed is fetched again, and never runs', async (context) => {
    const reference = `${proxy.host}/policies/tampered:v1`;
    await publish(reference);
    const options = {
      policies: { policy: policy(reference) },
      downloadDir: newStore(),
      flags: verification('key-only'),
    };
    await (await start(context, options)).stop();
    const stored = join(options.downloadDir, 'registry', proxy.host, 'policies/tampered:v1');
    writeFileSync(stored, otherModule);
    await works(await start(context, options), 'policy');
    expect(readFileSync(stored)).toEqual(module);

    writeFileSync(stored, otherModule);
    proxy.inject(() => ({ kind: 'reset' }));
    context.onTestFinished(() => proxy.reset());
    expect(await refuse({ ...options, flags: [...options.flags] })).toMatch(
      /policy 'policy'|Policy 'policy'/,
    );
  });

  test('what is stored and was verified needs no registry', async (context) => {
    const reference = `${proxy.host}/policies/offline:v1`;
    await publish(reference);
    const options = {
      policies: { policy: policy(reference) },
      downloadDir: newStore(),
      flags: verification('key-only'),
    };
    await (await start(context, options)).stop();
    proxy.inject(() => ({ kind: 'reset' }));
    context.onTestFinished(() => proxy.reset());
    const offline = await start(context, options);
    await works(offline, 'policy');
    expect(messages(offline)).toContain(
      'registry cannot be reached, policy was verified by the signatures that are stored',
    );
    // Whoever signed it is not whom this server trusts.
    const strangers = file('stranger.yml', {
      apiVersion: 'v1',
      allOf: [{ kind: 'pubKey', key: publicKeyPem(strangersKey) }],
    });
    expect(await refuse({ ...options, flags: ['--verification-path', strangers] })).toContain(
      "Policy 'policy' cannot be verified: ",
    );
  });
});

describe('a registry that', () => {
  const faults: [string, Parameters<FaultProxy['inject']>[0], string][] = [
    ['is down', () => ({ kind: 'reset' }), ''],
    ['answers with 500', () => ({ kind: 'answer', status: 500, body: 'broken' }), '500'],
    [
      'breaks off in the middle',
      ({ url }) => (url.includes('/blobs/') ? { kind: 'truncate', afterBytes: 1000 } : undefined),
      '',
    ],
    [
      'sends something else',
      ({ url }) => (url.includes('/blobs/') ? { kind: 'corrupt' } : undefined),
      'igest',
    ],
  ];
  test.each(faults)('%s costs its policies, and no others', { timeout: 90_000 }, async (_, inject, text) => {
    const bad = `${proxy.host}/policies/faulty:v1`;
    const good = `${plain.host}/policies/healthy:v1`;
    await publish(bad);
    await publish(good);
    proxy.inject(inject);
    const downloadDir = newStore();
    const server = await serve({
      policies: { bad: policy(bad), good: policy(good) },
      downloadDir,
      flags: [...sources(), '--continue-on-errors'],
    });
    try {
      await works(server, 'good');
      const { allowed, status } = await server.ask('bad', banana);
      expect(allowed).toBe(false);
      expect(status?.message).toContain(`Error while downloading policy 'bad' from registry://${bad}: `);
      expect(status?.message).toContain(text);
      expect(status?.message).not.toContain('\n    at ');
    } finally {
      proxy.reset();
      await server.stop();
    }
  });

  test('is slow only takes its time', async (context) => {
    const reference = `${proxy.host}/policies/slow:v1`;
    await publish(reference);
    proxy.inject(() => ({ kind: 'drip', bytes: 10_000, everyMilliseconds: 20 }));
    context.onTestFinished(() => proxy.reset());
    const server = await start(context, {
      policies: { policy: policy(reference) },
      downloadDir: newStore(),
      flags: verification('key-only'),
    });
    await works(server, 'policy');
  });

  test('never comes to an end does not keep the server from ending', async (context) => {
    const reference = `${proxy.host}/policies/endless:v1`;
    await publish(reference);
    proxy.reset();
    proxy.inject(({ url }) => (url.includes('/blobs/') ? { kind: 'stall', afterBytes: 10 } : undefined));
    context.onTestFinished(() => proxy.reset());
    const server = launchServer({
      policies: { policy: policy(reference) },
      downloadDir: newStore(),
      flags: sources(),
    });
    while (!proxy.requests.some(({ url }) => url.includes('/blobs/'))) await sleep(10);
    server.kill('SIGTERM');
    await server.ended();
    expect(server.exitCode()).toBe(143);
  });
});
