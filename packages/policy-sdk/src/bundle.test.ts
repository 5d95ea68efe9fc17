import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const operations = [
  'list_resources_all',
  'list_resources_by_namespace',
  'get_resource',
  'can_i',
  'v1/verify',
  'v2/verify',
  'v1/manifest_digest',
  'v1/oci_manifest',
  'v1/oci_manifest_config',
  'v1/dns_lookup_host',
  'v1/is_certificate_trusted',
  'cache',
];

/** The text of a policy's bundle, as the compiler makes it. */
async function bundle(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('..', import.meta.url)), loader: 'ts' },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
  });
  return outputFiles[0]!.text;
}

const judge = (call: string): string =>
  `import { definePolicy, accept } from '@kubewarden/policy-sdk';
   export default definePolicy({ validate() { ${call}; return accept(); } });`;

it('a bundle holds the names of the operations that the policy uses, and of no other', async () => {
  const cases: Record<string, readonly [module: string, call: string]> = {
    list_resources_all: ['kubernetes', "list({ apiVersion: 'v1', kind: 'Pod' })"],
    list_resources_by_namespace: [
      'kubernetes',
      "listByNamespace({ apiVersion: 'v1', kind: 'Pod', namespace: 'a' })",
    ],
    get_resource: ['kubernetes', "get({ apiVersion: 'v1', kind: 'Pod', name: 'a' })"],
    can_i: ['kubernetes', "canI({ user: 'u', verb: 'get', resource: 'pods' })"],
    'v1/verify': ['verify-v1', "verifyPublicKeys({ image: 'i', publicKeys: [] })"],
    'v2/verify': ['verify', "verifyGithubActions({ image: 'i', owner: 'o' })"],
    'v1/manifest_digest': ['oci', "manifestDigest('i')"],
    'v1/oci_manifest': ['oci', "manifest('i')"],
    'v1/oci_manifest_config': ['oci', "manifestAndConfig('i')"],
    'v1/dns_lookup_host': ['net', "lookupHost('h')"],
    'v1/is_certificate_trusted': [
      'crypto',
      "verifyCertificate({ certificate: { encoding: 'Pem', data: '' } })",
    ],
    cache: ['cache', "getCached('k')"],
  };
  for (const [operation, [module, call]] of Object.entries(cases)) {
    const name = call.slice(0, call.indexOf('('));
    const text = await bundle(
      `import { ${name} } from '@kubewarden/policy-sdk/host/${module}';${judge(call)}`,
    );
    const found = operations.filter((known) => new RegExp(`["'\`]${known}["'\`]`).test(text));
    expect(found, operation).toEqual([operation]);
  }
});

it('a bundle is small, and asks nothing of a platform', async () => {
  const text = await bundle(judge('').replace('validate()', 'validate(request)'));
  expect(text.length).toBeLessThan(6 * 1024);
  expect(operations.filter((operation) => text.includes(`"${operation}"`))).toEqual([]);
  const everything = await bundle(
    ['cache', 'crypto', 'kubernetes', 'net', 'oci', 'verify', 'verify-v1']
      .map((module) => `export * as ${module.replace('-', '')} from '@kubewarden/policy-sdk/host/${module}';`)
      .join('') + "export * from '@kubewarden/policy-sdk';",
  );
  expect(everything.length).toBeLessThan(12 * 1024);
  expect(everything).not.toMatch(
    /\b(?:TextEncoder|TextDecoder|URL|structuredClone|setTimeout|console|process|Buffer|atob|btoa|Intl|crypto\.)\b/,
  );
});

/** The packages that the declarations of an entry import, by themselves or through other files. */
function importedPackages(file: URL, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(file.href)) return packages;
  seen.add(file.href);
  // Examples in comments do not count.
  const imports = readFileSync(file, 'utf8').matchAll(/^(?! *\*).*(?:from|import\()\s*'([^']+)'/gm);
  for (const [, specifier = ''] of imports) {
    if (!specifier.startsWith('.'))
      packages.add(
        specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    else {
      const declarations = new URL(specifier.replace(/\.[jt]s$/, '.d.ts'), file);
      for (const found of importedPackages(declarations, seen)) packages.add(found);
    }
  }
  return packages;
}

const entry = (name: string): URL => new URL(`../dist/${name}.d.ts`, import.meta.url);

it('the types need nothing that is not installed with the package', () => {
  const dependencies = ['@standard-schema/spec', 'kubernetes-types'];
  expect([...importedPackages(entry('index'))].toSorted()).toEqual(dependencies);
  for (const name of ['testing/index', 'host/kubernetes']) {
    for (const found of importedPackages(entry(name))) expect(dependencies).toContain(found);
  }
});
