import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { createRegistryClient, parseImageReference, type RegistryClient } from '@kubewarden/registry';
import { pack } from 'tar-stream';
import { type FaultProxy, startFaultProxy } from '../../tools/registries/fault-proxy.ts';
import { startRegistry, type TestRegistry } from '../../tools/registries/registry.ts';
import { type RunningSigstore, startTestSigstore } from '../../tools/sigstore/serve-sigstore.ts';
import { createTestSigstore, simplePayload } from '../../tools/sigstore/test-sigstore.ts';
import { pushSignatures } from './publish.ts';
import { createWorkspace, type Outcome, repository, type Workspace } from './workspace.ts';

const honest = join(repository, 'guests/rust/pod-privileged.wasm');
const other = join(repository, 'guests/rust/raw-mutation.wasm');
const workflow = 'https://github.com/acme/policies/.github/workflows/release.yml@refs/heads/main';
const issuer = 'https://token.actions.githubusercontent.com';
const claims = { sub: workflow, iss: issuer, repository: 'acme/policies' };

/** A registry by TLS with passwords, a proxy before it that spoils what it is told to, and a Sigstore. */
export interface Scene {
  readonly registry: TestRegistry;
  readonly proxy: FaultProxy;
  readonly sigstore: RunningSigstore;
  readonly client: RegistryClient;
  /** `registry://…/signed:v1`, signed by a key and by the workflow of acme/policies. */
  readonly signed: string;
  /** Public key (PEM) of the signer. */
  readonly key: string;
  /** Flags of kwctl that name the trust root. */
  readonly trust: readonly string[];
  close(): Promise<void>;
}

export async function createScene(): Promise<Scene> {
  const registry = await startRegistry({ tls: true, auth: 'htpasswd' });
  const proxy = await startFaultProxy(registry, { tls: true });
  const sigstore = await startTestSigstore();
  const author = createWorkspace({ COSIGN_PASSWORD: 'secret' });
  author.trust(proxy);
  author.login(proxy.host, registry.credentials);
  await author.succeed('generate-key-pair');
  const signed = `registry://${proxy.host}/signed:v1`;
  await author.succeed('push', honest, signed);
  await author.succeed('sign', '--key', 'cosign.key', signed);
  const token = author.write('token', sigstore.identityToken(claims));
  const services = ['--fulcio-url', sigstore.url, '--rekor-url', sigstore.url];
  await author.succeed('sign', '--identity-token', `@${token}`, ...services, signed);
  const client = createRegistryClient({
    sources: {
      insecureSources: new Set(),
      sourceAuthorities: new Map([[proxy.host, [proxy.authority]]]),
    },
    proxies: {},
    credentials: () => Promise.resolve({ kind: 'password', ...registry.credentials }),
  });
  return {
    registry,
    proxy,
    sigstore,
    client,
    signed,
    key: join(author.folder, 'cosign.pub'),
    trust: ['--sigstore-trust-config', author.write('trust.json', sigstore.clientTrustConfig)],
    close: async () => {
      await client.close();
      await proxy.stop();
      await registry.stop();
      await sigstore.close();
      author.remove();
    },
  };
}

/** Somebody who uses the registry of a scene, with one policy in the store already. */
export async function createUser(scene: Scene): Promise<Workspace> {
  const user = createWorkspace();
  user.trust(scene.proxy);
  user.login(scene.proxy.host, scene.registry.credentials);
  await user.succeed('pull', scene.signed);
  await user.succeed('save', '-o', 'before.tar.gz', scene.signed);
  return user;
}

/** Something that goes wrong, by malice or by accident. */
export interface Act {
  readonly name: string;
  run(scene: Scene, user: Workspace): Promise<Outcome>;
  /** Of the message; nothing for what must do no harm and succeed. */
  readonly refusal?: RegExp;
}

/** Pushes an image of its own and signatures beside it. */
async function publish(scene: Scene, name: string, module = other): Promise<{ uri: string; digest: string }> {
  const uri = `registry://${scene.proxy.host}/${name}:v1`;
  const author = createWorkspace();
  author.trust(scene.proxy);
  author.login(scene.proxy.host, scene.registry.credentials);
  const { immutable_ref } = JSON.parse(await author.succeed('push', '-o', 'json', module, uri)) as {
    immutable_ref: string;
  };
  author.remove();
  return { uri, digest: parseImageReference(immutable_ref).digest! };
}

async function forge(
  scene: Scene,
  name: string,
  layer: (digest: string) => Promise<{ payload: Uint8Array; annotations: Record<string, string> }>,
): Promise<string> {
  const { uri, digest } = await publish(scene, name);
  await pushSignatures(scene.client, uri.replace('registry://', ''), digest, [await layer(digest)]);
  return uri;
}

const byWorkflow = ({ trust }: Scene): string[] => [...trust, '--github-owner', 'acme'];

export const attacks: readonly Act[] = [
  {
    name: 'certificate and log entry of another signature, beside a payload of the attacker',
    refusal: /a certificate that is not trusted/,
    run: async (scene, user) => {
      const identity = await scene.sigstore.issueCertificate({ subject: { uri: workflow }, issuer });
      const annotations = await scene.sigstore.signSimple(
        simplePayload(`sha256:${'0'.repeat(64)}`),
        identity,
      );
      const uri = await forge(scene, 'replayed', async (digest) => ({
        payload: simplePayload(digest),
        annotations,
      }));
      return user.kwctl('pull', ...byWorkflow(scene), uri);
    },
  },
  {
    name: 'signature of another digest, copied',
    refusal: /it is about sha256:0{64}, not about this image/,
    run: async (scene, user) => {
      const identity = await scene.sigstore.issueCertificate({ subject: { uri: workflow }, issuer });
      const payload = simplePayload(`sha256:${'0'.repeat(64)}`);
      const annotations = await scene.sigstore.signSimple(payload, identity);
      const uri = await forge(scene, 'copied', () => Promise.resolve({ payload, annotations }));
      return user.kwctl('pull', ...byWorkflow(scene), uri);
    },
  },
  {
    name: 'signed by a workflow of somebody whose name looks alike',
    refusal: /Image verification failed: missing signatures/,
    run: async (scene, user) => {
      const subject = { uri: workflow.replace('/acme/', '/acme-hacker/') };
      const identity = await scene.sigstore.issueCertificate({ subject, issuer });
      const uri = await forge(scene, 'look-alike', async (digest) => {
        const payload = simplePayload(digest);
        return { payload, annotations: await scene.sigstore.signSimple(payload, identity) };
      });
      const config = user.write(
        'prefix.yml',
        `apiVersion: v1\nallOf:\n- kind: genericIssuer\n  issuer: ${issuer}\n  subject: {urlPrefix: https://github.com/acme}\n`,
      );
      return user.kwctl('pull', ...scene.trust, '--verification-config-path', config, uri);
    },
  },
  {
    name: 'the right subject, vouched for by another issuer',
    refusal: /Image verification failed: missing signatures/,
    run: async (scene, user) => {
      const identity = await scene.sigstore.issueCertificate({
        subject: { uri: workflow },
        issuer: 'https://issuer.attacker.test',
      });
      const uri = await forge(scene, 'issuer', async (digest) => {
        const payload = simplePayload(digest);
        return { payload, annotations: await scene.sigstore.signSimple(payload, identity) };
      });
      return user.kwctl('pull', ...byWorkflow(scene), uri);
    },
  },
  {
    name: 'the right names in a certificate of an authority that nobody trusts',
    refusal: /a certificate that is not trusted/,
    run: async (scene, user) => {
      const sigstore = await createTestSigstore();
      const identity = await sigstore.issueCertificate({ subject: { uri: workflow }, issuer });
      const uri = await forge(scene, 'authority', async (digest) => {
        const payload = simplePayload(digest);
        return { payload, annotations: await sigstore.signSimple(payload, identity) };
      });
      return user.kwctl('pull', ...byWorkflow(scene), uri);
    },
  },
  {
    name: 'module swapped on its way',
    refusal: /Digest error: Invalid digest/,
    run: async (scene, user) => {
      await user.succeed('rm', scene.signed);
      scene.proxy.inject(({ url }) => (isModule(url) ? { kind: 'corrupt' } : undefined));
      const outcome = await user.kwctl('pull', '-k', scene.key, scene.signed);
      await user.succeed('load', '--input', 'before.tar.gz');
      return outcome;
    },
  },
  {
    name: 'tag moved between verification and download',
    run: async (scene, user) => {
      const { uri } = await publish(scene, 'moving', honest);
      const author = createWorkspace({ COSIGN_PASSWORD: 'secret' });
      author.trust(scene.proxy);
      author.login(scene.proxy.host, scene.registry.credentials);
      await author.succeed('sign', '--key', scene.key.replace(/pub$/, 'key'), uri);
      let moved: Promise<string> | undefined;
      scene.proxy.inject(({ method, url }) => {
        // Once the signatures are read, the tag moves.
        if (method === 'GET' && url.includes('.sig')) moved ??= author.succeed('push', other, uri);
        return undefined;
      });
      const outcome = await user.kwctl('pull', '-k', scene.key, uri);
      await moved;
      author.remove();
      const digests = (await user.succeed('policies', '-o', 'json')).match(/[0-9a-f]{64}/g) ?? [];
      if (digests.some((digest) => digest !== sha256(honest))) throw new Error('something else was stored');
      await user.succeed('rm', uri);
      return outcome;
    },
  },
  {
    name: 'registry without TLS in place of the one with it',
    refusal: /cannot reach https:.*: the host does not speak TLS/,
    run: async (_scene, user) => {
      const plain = await startRegistry();
      const outcome = await user.kwctl('pull', `registry://${plain.host}/signed:v1`);
      await plain.stop();
      if (plain.log().includes('manifests')) throw new Error('it was asked without TLS');
      return outcome;
    },
  },
  {
    name: 'registry with a certificate of another authority',
    refusal: /cannot reach https:.*unable to verify the first certificate/,
    run: async (scene, user) => {
      user.trust({ host: scene.proxy.host, authority: scene.registry.authority });
      const outcome = await user.kwctl('pull', `registry://${scene.proxy.host}/signed:other`);
      user.trust(scene.proxy);
      return outcome;
    },
  },
  {
    name: 'redirect to another host, which hopes for the credentials',
    refusal: /redirects to the unprotected http:/,
    run: async (scene, user) => {
      const seen: string[] = [];
      const thief = createServer((request, response) => {
        seen.push(request.headers.authorization ?? 'none');
        response.end();
      });
      await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
      const location = `http://localhost:${(thief.address() as AddressInfo).port}/stolen`;
      scene.proxy.inject(({ url }) =>
        isModule(url) ? { kind: 'answer', status: 307, headers: { location } } : undefined,
      );
      const outcome = await user.kwctl('pull', '-o', 'out.wasm', scene.signed);
      thief.close();
      if (seen.some((authorization) => authorization !== 'none')) throw new Error('credentials were sent');
      return outcome;
    },
  },
  {
    name: 'archive with a path that leads out of the store',
    refusal: /\.\.\/\.\.\/evil/,
    run: async (_scene, user) => {
      const archive = pack();
      archive.entry({ name: 'registry/a.test/p:v1' }, readFileSync(honest));
      archive.entry({ name: 'registry/../../../evil' }, 'evil');
      archive.finalize();
      user.write('evil.tar.gz', await buffer(archive.pipe(createGzip())));
      return user.kwctl('load', '--input', 'evil.tar.gz');
    },
  },
];

const always = (fault: ReturnType<Parameters<FaultProxy['inject']>[0]>, where = isModule) => {
  return async (scene: Scene, user: Workspace): Promise<Outcome> => {
    const uri = `registry://${scene.proxy.host}/signed@${(await publish(scene, 'signed', honest)).digest}`;
    scene.proxy.inject(({ url }) => (where(url) ? fault : undefined));
    return user.kwctl('pull', uri);
  };
};

export const faults: readonly Act[] = [
  { name: 'module truncated', refusal: /incomplete/, run: always({ kind: 'truncate', afterBytes: 100 }) },
  { name: 'module with another byte', refusal: /Digest error/, run: always({ kind: 'corrupt' }) },
  {
    name: 'module in drops, but whole',
    run: async (scene, user) => {
      const uri = `registry://${scene.proxy.host}/slow:v1`;
      await publish(scene, 'slow', honest);
      scene.proxy.inject(({ url }) =>
        isModule(url) ? { kind: 'drip', bytes: 200, everyMilliseconds: 50 } : undefined,
      );
      const outcome = await user.kwctl('pull', uri);
      await user.succeed('rm', uri);
      return outcome;
    },
  },
  {
    name: '401 for ever',
    refusal: /Not authorized: url https:.*; the credentials for .* were refused/,
    run: always(
      { kind: 'answer', status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
      isManifest,
    ),
  },
  {
    name: '429 for ever, Retry-After: 1',
    refusal: /429/,
    run: always({ kind: 'answer', status: 429, headers: { 'retry-after': '1' } }, isManifest),
  },
  {
    name: '500 for ever',
    refusal: /Server error: url https:.*code: 500/,
    run: always({ kind: 'answer', status: 500, body: 'out of order' }, isManifest),
  },
  {
    name: 'connection reset',
    refusal: /cannot reach|incomplete/,
    run: always({ kind: 'reset' }, isManifest),
  },
  {
    name: 'manifest that is a web page',
    refusal: /Digest error/,
    run: always({ kind: 'answer', status: 200, body: '<html>Please log in</html>' }, isManifest),
  },
  {
    name: 'module of more than the manifest says',
    refusal: /bytes instead of|more than|Digest error/,
    run: always({ kind: 'answer', status: 200, body: randomBytes(100_000) }),
  },
  {
    name: 'disk full',
    refusal: /cannot be saved to .*(file too large|No space left)/i,
    run: async (scene, user) => {
      const { uri } = await publish(scene, 'full', join(repository, 'guests/go/required-annotations.wasm'));
      return user.restricted({ fileBlocks: 200 }, 'pull', uri);
    },
  },
];

/** @returns what has changed in the store, in words; nothing if it is as before */
export async function storeDamage(user: Workspace): Promise<string | undefined> {
  const entries = JSON.parse(await user.succeed('policies', '-o', 'json')) as { sha256?: string }[];
  if (entries.length !== 1) return `${entries.length} policies instead of 1`;
  return entries[0]!.sha256 === sha256(honest) ? undefined : 'the policy is another one';
}

function isModule(url: string): boolean {
  return url.includes(`/blobs/sha256:${sha256(honest)}`);
}

function isManifest(url: string): boolean {
  return url.includes('/manifests/');
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
