import { execFile } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseSync } from 'oxc-parser';
import { afterAll, beforeAll, expect, it, test } from 'vitest';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
/** Inside of the package, so that the examples import it by its name, as authors do. */
const folder = join(packageFolder, 'dist/examples');

interface Example {
  /** `src/host/net.ts lookupHost`, or the place in the README. */
  readonly name: string;
  readonly code: string;
}

/** What a file exports, with the comment in front of it. */
function documentedExports(file: string): { name: string; comment: string }[] {
  const source = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, source);
  const found: { name: string; comment: string }[] = [];
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const { declaration } = statement;
    const name =
      declaration?.type === 'FunctionDeclaration' || declaration?.type === 'TSDeclareFunction'
        ? declaration.id?.name
        : declaration?.type === 'VariableDeclaration' && declaration.declarations[0]!.id.type === 'Identifier'
          ? declaration.declarations[0]!.id.name
          : undefined;
    if (name === undefined || found.some((known) => known.name === name)) continue;
    const comment = comments.findLast(
      ({ end, type }) =>
        type === 'Block' && end < statement.start && /^\s*$/.test(source.slice(end, statement.start)),
    );
    found.push({ name, comment: comment?.value ?? '' });
  }
  return found;
}

const entries = Object.values(
  (
    JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
      exports: Record<string, { types: string }>;
    }
  ).exports,
).map(({ types }) => types.replace('./dist/', './src/').replace('.d.ts', '.ts'));

/** The names that an entry exports as values, by itself or from other files of the package. */
function publicNames(entry: string): { name: string; file: string }[] {
  const path = join(packageFolder, entry);
  const { module } = parseSync(path, readFileSync(path, 'utf8'));
  return module.staticExports.flatMap(({ entries: exported }) =>
    exported
      .filter(({ isType }) => !isType)
      .map(({ exportName, moduleRequest }) => ({
        name: exportName.name ?? '',
        file: moduleRequest === null ? path : join(dirname(path), moduleRequest.value),
      })),
  );
}

const publicFunctions = entries.flatMap(publicNames).flatMap(({ name, file }) =>
  documentedExports(file)
    .filter((found) => found.name === name)
    .map((found) => ({ ...found, file })),
);

const examples: Example[] = [
  ...publicFunctions.flatMap(({ name, comment, file }) =>
    codeBlocks(comment.replaceAll(/^ *\* ?/gm, '')).map((code) => ({
      name: `${file.slice(packageFolder.length)} ${name}`,
      code,
    })),
  ),
  ...codeBlocks(readFileSync(join(packageFolder, 'README.md'), 'utf8')).map((code, index) => ({
    name: `README.md, block ${index + 1}`,
    code,
  })),
];

function codeBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code!);
}

/** `expression; // => value` becomes a comparison. */
function withComparisons(code: string): string {
  const compared = code.replaceAll(
    /^(\s*)(\S.*); \/\/ => (.+)$/gm,
    (_line, indentation: string, expression: string, value: string) =>
      `${indentation}deepStrictEqual(${expression}, ${value});`,
  );
  return compared === code ? code : `import { deepStrictEqual } from 'node:assert/strict';\n${compared}`;
}

const fileOf = (index: number): string => join(folder, `example-${index + 1}.ts`);

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  examples.forEach(({ code }, index) => {
    const program = `${withComparisons(code)}\nexport {};\n`;
    writeFileSync(fileOf(index), program);
    // A block that is a file for others to import names it in its first line.
    const named = /^\/\/ ([a-z.]+\.ts)\n/.exec(code);
    if (named) writeFileSync(join(folder, named[1]!), program);
  });
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../../../tsconfig.base.json',
      compilerOptions: {
        composite: false,
        declarationMap: false,
        noEmit: true,
        types: ['node'],
        noUnusedLocals: false,
      },
      include: ['.'],
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = promisify(execFile);

it.each(publicFunctions)('$name has an example', ({ name, comment }) => {
  expect(comment, name).toMatch(/@example\n \* ```ts\n/);
});

it('all public functions are looked at', () => {
  expect(publicFunctions.length).toBeGreaterThan(35);
  expect(globSync('src/**/*.ts', { cwd: packageFolder }).length).toBeGreaterThan(0);
});

test('examples fit the types', async () => {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  const { stdout } = await run(process.execPath, [compiler, '-p', folder]).catch(
    (error: { stdout: string }) => error,
  );
  const report = stdout.replaceAll(
    /example-(\d+)\.ts/g,
    (_name, number: string) => examples[Number(number) - 1]!.name,
  );
  expect(report).toBe('');
});

/** Answers that the examples understand. */
const host: Record<string, unknown> = {
  'kubernetes/list_resources_all': { items: [{ spec: { rules: [{ host: 'example.com' }] } }] },
  'kubernetes/list_resources_by_namespace': { items: [{}] },
  'kubernetes/get_resource': { metadata: { name: 'default' } },
  'kubernetes/can_i': { allowed: true },
  'oci/v1/manifest_digest': { digest: 'sha256:1' },
  'oci/v1/oci_manifest': { manifests: [{ platform: { architecture: 'arm64', os: 'linux' } }] },
  'oci/v1/oci_manifest_config': { manifest: {}, digest: 'sha256:1', config: { config: { User: '1000' } } },
  'oci/v1/verify': { is_trusted: true, digest: 'sha256:1' },
  'oci/v2/verify': { is_trusted: true, digest: 'sha256:1' },
  'net/v1/dns_lookup_host': { ips: ['192.0.2.1'] },
  'crypto/v1/is_certificate_trusted': { trusted: true, reason: '' },
  'cache/get': { code: 0, message: 'miss', value: [] },
  'cache/set': { code: 0, message: 'ok' },
};

/** A program that imports an example, and evaluates the policy that it exports, if any. */
const evaluate = `
  import { writeFile } from 'node:fs/promises';
  const [file, host] = process.argv.slice(1);
  const { default: policy } = await import(file);
  if (policy?.protocolVersion === 'v1') {
    const { admissionRequest, testPolicy } = await import('@kubewarden/policy-sdk/testing');
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'nginx' }, spec: { containers: [] } };
    const settings = { denied_names: ['a'], minimum: 1, maximum: 2 };
    const verdict = await testPolicy(policy, { request: admissionRequest({ object }), settings, host: JSON.parse(host) });
    console.log(verdict.accepted);
  }
`;

test.each(examples.map(({ name, code }, index) => ({ name, code, index })))(
  'the example of $name runs',
  async ({ code, index }) => {
    const { stdout } = await run(
      process.execPath,
      ['--input-type=module', '--eval', evaluate, fileOf(index), JSON.stringify(host)],
      { cwd: folder },
    );
    if (code.includes('export default')) expect(stdout).toMatch(/^(?:true|false)\n$/);
  },
);
