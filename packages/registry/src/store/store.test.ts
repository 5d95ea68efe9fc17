import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { plainModule, policyModule } from '../testing/modules.ts';
import { findPolicyBySha256, findPolicyByUri } from './find.ts';
import { listPolicies } from './list.ts';
import { createPartialName } from './partial-files.ts';
import { removePolicy } from './remove.ts';
import { writeAtomically } from './write.ts';

const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'store-'));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const policy = policyModule({
  mutating: true,
  contextAwareResources: [{ apiVersion: 'v1', kind: 'Namespace' }],
});
const module = plainModule();

/** A store with these files; what changed long ago is remembered at once. */
function store(files: Readonly<Record<string, Uint8Array | string>>): string {
  const root = temporaryFolder();
  for (const [name, content] of Object.entries(files)) put(root, name, content);
  return root;
}

function put(root: string, name: string, content: Uint8Array | string): void {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** The URL of a file beside this one, quoted for a script. */
const sourceFile = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

describe('listPolicies', () => {
  it('lists nothing where there is no store', async () => {
    expect(await listPolicies(join(temporaryFolder(), 'missing'))).toEqual([]);
  });

  it('lists policies of all schemes by URI, with what they say', async () => {
    const root = store({
      'registry/ghcr.io/acme/demo:v1': policy,
      'registry/localhost:5000/demo:latest': module,
      'https/example.org/p.wasm': policyModule(),
      'http/example.org:8080/a/p.wasm': 'no module',
    });
    expect(await listPolicies(root)).toEqual([
      expect.objectContaining({
        kind: 'policy',
        uri: 'http://example.org:8080/a/p.wasm',
        problem: expect.stringContaining('not a WebAssembly module'),
      }),
      {
        kind: 'policy',
        uri: 'https://example.org/p.wasm',
        path: join(root, 'https/example.org/p.wasm'),
        size: policyModule().byteLength,
        sha256: sha256(policyModule()),
        summary: { mutating: false, contextAware: false },
      },
      {
        kind: 'policy',
        uri: 'registry://ghcr.io/acme/demo:v1',
        path: join(root, 'registry/ghcr.io/acme/demo:v1'),
        size: policy.byteLength,
        sha256: sha256(policy),
        summary: { mutating: true, contextAware: true },
      },
      {
        kind: 'policy',
        uri: 'registry://localhost:5000/demo:latest',
        path: join(root, 'registry/localhost:5000/demo:latest'),
        size: module.byteLength,
        sha256: sha256(module),
      },
    ]);
  });

  it('passes over what is no part of the store', async () => {
    const root = store({
      'file/home/p.wasm': policy,
      'signatures/x': policy,
      'registry/stray': policy,
      'p.wasm': policy,
      [`registry/ghcr.io/${createPartialName()}`]: policy,
    });
    expect(await listPolicies(root)).toEqual([]);
  });

  it('goes on behind links that lead nowhere or in a circle, and behind what is no file', async () => {
    const root = store({ 'registry/ghcr.io/demo:v1': policy });
    const folder = join(root, 'registry/ghcr.io');
    symlinkSync('missing', join(folder, 'dangling'));
    symlinkSync('itself', join(folder, 'itself'));
    symlinkSync('..', join(folder, 'loop'));
    symlinkSync('demo:v1', join(folder, 'link:v2'));
    const entries = await listPolicies(root);
    expect(entries.map(({ kind, uri }) => [kind, uri])).toEqual([
      ['unreadable', 'registry://ghcr.io/dangling'],
      ['policy', 'registry://ghcr.io/demo:v1'],
      ['unreadable', 'registry://ghcr.io/itself'],
      ['policy', 'registry://ghcr.io/link:v2'],
      ['unreadable', 'registry://ghcr.io/loop'],
    ]);
    expect(entries.flatMap((entry) => (entry.kind === 'unreadable' ? [entry.problem] : []))).toEqual([
      expect.stringContaining('ENOENT'),
      expect.stringContaining('ELOOP'),
      'the link leads back to a folder above it',
    ]);
  });

  it('goes on behind a folder that cannot be read', async () => {
    const root = store({ 'registry/ghcr.io/demo:v1': policy, 'registry/closed.io/p': policy });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'registry/closed.io'), 0);
    const script =
      `import { listPolicies } from ${sourceFile('list.ts')};` +
      `console.log(JSON.stringify(await listPolicies(${JSON.stringify(root)})));`;
    // To the superuser no folder is closed.
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      ...user,
      cwd: root,
    });
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        kind: 'unreadable',
        uri: 'registry://closed.io',
        problem: expect.stringContaining('EACCES: permission denied'),
      }),
      expect.objectContaining({ kind: 'policy', uri: 'registry://ghcr.io/demo:v1' }),
    ]);
  });

  it('reports a store that is a file', async () => {
    const root = join(temporaryFolder(), 'store');
    writeFileSync(root, '');
    expect(await listPolicies(root)).toContainEqual(
      expect.objectContaining({ kind: 'unreadable', problem: expect.stringContaining('ENOTDIR') }),
    );
  });

  it('removes what killed processes left', async () => {
    const root = store({ 'registry/ghcr.io/demo:v1': policy });
    const left = join(root, 'registry/ghcr.io', createPartialName());
    writeFileSync(left, '');
    utimesSync(left, 0, 0);
    await listPolicies(root);
    expect(existsSync(left)).toBe(false);
  });
});

describe('the index', () => {
  it('is used only for files that have not changed', async () => {
    const root = store({ 'registry/ghcr.io/a:v1': policy, 'registry/ghcr.io/b:v1': policy });
    await settle();
    await listPolicies(root);
    const index = readFileSync(join(root, '.index.json'), 'utf8');
    // A listing that believes its index shows what the index says.
    writeFileSync(join(root, '.index.json'), index.replaceAll(sha256(policy), '0'.repeat(64)));
    put(root, 'registry/ghcr.io/b:v1', module);
    expect(await listPolicies(root)).toEqual([
      expect.objectContaining({ uri: 'registry://ghcr.io/a:v1', sha256: '0'.repeat(64) }),
      expect.objectContaining({ uri: 'registry://ghcr.io/b:v1', sha256: sha256(module) }),
    ]);
    expect(await listPolicies(root, { fresh: true })).toContainEqual(
      expect.objectContaining({ uri: 'registry://ghcr.io/a:v1', sha256: sha256(policy) }),
    );
  });

  it('notices a change that keeps size and modification time', async () => {
    const root = store({ 'registry/ghcr.io/a:v1': policy });
    const path = join(root, 'registry/ghcr.io/a:v1');
    await settle();
    await listPolicies(root);
    const { atime, mtime } = statSync(path);
    writeFileSync(path, new Uint8Array(policy.byteLength));
    utimesSync(path, atime, mtime);
    expect(await listPolicies(root)).toEqual([
      expect.objectContaining({ sha256: sha256(new Uint8Array(policy.byteLength)) }),
    ]);
  });

  it.each([
    '',
    '{',
    'null',
    '{"version":1}',
    '{"version":1,"files":[1,["a"],["a",[1],{}],["a",["x","1","1","1"],{}]]}',
  ])('is ignored when it holds %j', async (text) => {
    const root = store({ 'registry/ghcr.io/a:v1': policy, '.index.json': text });
    await settle();
    expect(await listPolicies(root)).toEqual([expect.objectContaining({ sha256: sha256(policy) })]);
    expect(readFileSync(join(root, '.index.json'), 'utf8')).toContain(sha256(policy));
  });

  it('is ignored when it is larger than 8 MiB or cannot be written', async () => {
    const huge = store({ 'registry/ghcr.io/a:v1': policy, '.index.json': ' '.repeat(8 * 1024 * 1024 + 1) });
    expect(await listPolicies(huge)).toHaveLength(1);
    const folder = store({ 'registry/ghcr.io/a:v1': policy, '.index.json/x': '' });
    await settle();
    expect(await listPolicies(folder)).toHaveLength(1);
    expect(readdirSync(folder).toSorted()).toEqual(['.index.json', 'registry']);
  });
});

describe('finding a policy', () => {
  const root = store({ 'registry/ghcr.io/demo:latest': policy, 'https/example.org/p.wasm': module });

  it('by URI', async () => {
    const path = join(root, 'registry/ghcr.io/demo:latest');
    expect(await findPolicyByUri(root, 'registry://ghcr.io/demo ')).toEqual({
      uri: 'registry://ghcr.io/demo:latest',
      path,
    });
    expect(await findPolicyByUri(root, 'ghcr.io/demo:v1')).toBeUndefined();
    await expect(findPolicyByUri(root, 'ftp://ghcr.io/demo')).rejects.toThrow('unknown scheme: ftp');
    await expect(findPolicyByUri(root, 'file:///demo')).rejects.toThrow('unknown scheme: file');
  });

  it('by the start of its SHA-256', async () => {
    expect(await findPolicyBySha256(root, sha256(module).slice(0, 3))).toMatchObject({
      uri: 'https://example.org/p.wasm',
      sha256: sha256(module),
    });
    for (const prefix of ['', 'xyz', '0000000', sha256(module).toUpperCase()]) {
      expect(await findPolicyBySha256(root, prefix)).toBeUndefined();
    }
    const twice = store({ 'https/example.org/a': module, 'https/example.org/b': module });
    const prefix = sha256(module).slice(0, 2);
    await expect(findPolicyBySha256(twice, prefix)).rejects.toThrow(
      `multiple policies found with the same prefix: ${prefix}`,
    );
  });

  it('by the SHA-256 of the file itself, whatever the index says', async () => {
    const changed = store({ 'registry/ghcr.io/a:v1': policy });
    await settle();
    await listPolicies(changed);
    const index = join(changed, '.index.json');
    writeFileSync(index, readFileSync(index, 'utf8').replaceAll(sha256(policy), 'f'.repeat(64)));
    expect(await findPolicyBySha256(changed, 'ffff')).toBeUndefined();
    expect(await findPolicyBySha256(changed, sha256(policy).slice(0, 8))).toMatchObject({
      sha256: sha256(policy),
    });
  });
});

describe('removePolicy', () => {
  it('takes empty folders along, up to the root', async () => {
    const root = store({ 'registry/ghcr.io/acme/a:v1': policy, 'registry/ghcr.io/b:v1': policy });
    const remove = async (uri: string): Promise<void> =>
      removePolicy(root, (await findPolicyByUri(root, uri))!);
    await remove('ghcr.io/acme/a:v1');
    expect(readdirSync(join(root, 'registry/ghcr.io'))).toEqual(['b:v1']);
    await remove('ghcr.io/b:v1');
    expect(readdirSync(root)).toEqual([]);
  });

  it('fails with the URI', async () => {
    const root = store({});
    const missing = { uri: 'registry://ghcr.io/a:v1', path: join(root, 'registry/ghcr.io/a:v1') };
    await expect(removePolicy(root, missing)).rejects.toThrow(
      /could not delete policy registry:\/\/ghcr.io\/a:v1: ENOENT/,
    );
    const outside = join(temporaryFolder(), 'mine');
    writeFileSync(outside, '');
    await expect(removePolicy(root, { ...missing, path: outside })).rejects.toThrow('is not in the store');
    expect(existsSync(outside)).toBe(true);
  });

  it('does not disturb who adds a policy beside it', async () => {
    const root = temporaryFolder();
    const policies = Array.from({ length: 40 }, (_, index) => ({
      uri: `https://example.org/a/b/${index}`,
      path: join(root, 'https/example.org/a/b', String(index)),
    }));
    await Promise.all(
      policies.map(async (policy) => {
        await writeAtomically(policy.path, [module]);
        if (policy.path.endsWith('9')) return;
        await removePolicy(root, policy);
      }),
    );
    expect(readdirSync(join(root, 'https/example.org/a/b')).toSorted()).toEqual(['19', '29', '39', '9']);
  });

  it('leaves whole policies only when several processes write, list and remove', async () => {
    const root = temporaryFolder();
    const script = `
      import { listPolicies } from ${sourceFile('list.ts')};
      import { removePolicy } from ${sourceFile('remove.ts')};
      import { writeAtomically } from ${sourceFile('write.ts')};
      const root = ${JSON.stringify(root)};
      const own = process.argv[1];
      for (let round = 0; round < 60; round += 1) {
        await writeAtomically(root + '/https/h/shared/p', Buffer.alloc(200_000, own));
        const path = root + '/https/h/a/b/c/' + own;
        await writeAtomically(path, Buffer.alloc(1000, own));
        const entries = await listPolicies(root);
        const wrong = entries.filter((entry) => entry.kind === 'policy' && ![1000, 200_000].includes(entry.size));
        if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
        await removePolicy(root, { uri: own, path });
      }`;
    const run = promisify(execFile);
    await Promise.all(
      ['1', '2', '3'].map((own) => run(process.execPath, ['--input-type=module', '-e', script, own])),
    );
    expect(new Set(readFileSync(join(root, 'https/h/shared/p'))).size).toBe(1);
    expect(readdirSync(join(root, 'https/h'))).toEqual(['shared']);
  });
});
