import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kubewardenVersion, readMetadata } from '@kubewarden/policy';
import { describe, expect, test } from 'vitest';
import { file, guest, kwctl, temporaryFolder, type Outcome } from '../../testing/kwctl.ts';

const source = (message: string): string => `
export default {
  protocolVersion: 'v1',
  validate(payload: string): string {
    const { request } = JSON.parse(payload);
    if (request.operation === 'DELETE') throw new Error('deletions are not judged');
    return JSON.stringify({ accepted: false, message: '${message}' });
  },
  validateSettings: () => '{"valid":true}',
};
`;

const metadata = (rest = ''): string => `rules:
- {apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}
mutating: false
${rest}`;

interface Built extends Outcome {
  readonly folder: string;
  readonly path: (name: string) => string;
}

async function build(files: Readonly<Record<string, string>>, ...words: string[]): Promise<Built> {
  const folder = temporaryFolder();
  const path = (name: string): string => join(folder, name);
  const all = { 'package.json': '{"name":"probe","version":"1.0.0"}', ...files };
  for (const [name, content] of Object.entries(all)) writeFileSync(path(name), content);
  const given = words.map((word) => word.replace('%', folder));
  const output = await kwctl(['--no-color', 'build', '-o', path('policy.wasm'), ...given, path('policy.ts')]);
  return { ...output, folder, path };
}

function mode({ path }: Built): string | undefined {
  return readMetadata(readFileSync(path('policy.wasm')))?.executionMode;
}

describe('a policy in TypeScript', () => {
  test('is compiled, annotated, and runs', async () => {
    const built = await build(
      {
        'policy.ts': source('no'),
        'metadata.yml': metadata('annotations: {io.kubewarden.policy.title: probe}'),
      },
      '-m',
      '%/metadata.yml',
      '-u',
      file('README.md', 'Use it.'),
    );
    expect(built).toMatchObject({ code: 0, stderr: '' });
    expect(built.stdout).toMatch(
      /policy\.wasm: \d+\.\d+ kB \(\d+\.\d+ kB compressed\), wapc, built in \d+\.\d+ s\nsha256:[0-9a-f]{64}\n {2}JavaScript engine +\d+\.\d+ kB\n/,
    );
    expect(readMetadata(readFileSync(built.path('policy.wasm')))).toMatchObject({
      protocolVersion: 'v1',
      executionMode: 'kubewarden-wapc',
      annotations: {
        'io.kubewarden.kwctl': kubewardenVersion,
        'io.kubewarden.policy.title': 'probe',
        'io.kubewarden.policy.usage': 'Use it.',
      },
    });
    const run = await kwctl(['run', '-r', guest('requests/pod-privileged.json'), built.path('policy.wasm')]);
    expect(run).toMatchObject({ code: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({ allowed: false, status: { message: 'no' } });
  });

  test.each(['wapc', 'wasi'])('that throws shows its line in `run` (%s)', async (abi) => {
    const built = await build(
      { 'policy.ts': source('no'), 'metadata.yml': metadata() },
      '-m',
      '%/metadata.yml',
      '--abi',
      abi,
    );
    const request = JSON.parse(readFileSync(guest('requests/pod-privileged.json'), 'utf8')) as {
      request?: object;
    };
    const deletion = JSON.stringify({ ...(request.request ?? request), operation: 'DELETE' });
    const run = await kwctl(['run', '-r', file('request.json', deletion), built.path('policy.wasm')]);
    expect(run.stdout).toContain('Error: deletions are not judged (policy.ts:6)');
  });

  test('is built for the ABI of its metadata, unless told otherwise', async () => {
    const files = { 'policy.ts': source('no'), 'metadata.yml': metadata('executionMode: wasi\n') };
    expect(mode(await build(files, '-m', '%/metadata.yml'))).toBe('wasi');
    expect(mode(await build(files, '-m', '%/metadata.yml', '--abi', 'wapc'))).toBe('kubewarden-wapc');
  });

  test('is reported on for programs, with its bill of materials and its source map', async () => {
    const built = await build(
      { 'policy.ts': source('no'), 'metadata.yml': metadata() },
      ...['-m', '%/metadata.yml', '--report', 'json', '--sbom', '%/bom.json', '--source-map', '%/policy.map'],
    );
    const report = JSON.parse(built.stdout) as Record<string, unknown>;
    expect(report).toMatchObject({
      abi: 'wapc',
      output: built.path('policy.wasm'),
      files: ['policy.ts'],
      size: { wasm: readFileSync(built.path('policy.wasm')).length },
    });
    const bill = JSON.parse(readFileSync(built.path('bom.json'), 'utf8')) as {
      metadata: unknown;
      components: { name: string }[];
    };
    expect(bill.metadata).toMatchObject({
      component: {
        name: 'probe',
        hashes: [{ content: (report['digest'] as string).replace('sha256:', '') }],
      },
    });
    expect(bill.components.map(({ name }) => name)).toContain('quickjs-wasi');
    expect(JSON.parse(readFileSync(built.path('policy.map'), 'utf8'))).toMatchObject({
      version: 3,
      sources: ['policy.ts'],
    });
  });

  test('is warned of capabilities that its metadata do not name, and of what it prints too early', async () => {
    const policy = `console.log('early'); const names = ['net', 'v1/dns_lookup_host'];\n${source('no').replace("message: '", "message: names + '")}`;
    const { stderr } = await build(
      { 'policy.ts': policy, 'metadata.yml': metadata() },
      '-m',
      '%/metadata.yml',
    );
    expect(stderr).toContain(
      'WARN kwctl::build: printed while the policy was compiled, and never again: early\n',
    );
    expect(stderr).toContain(
      'WARN kwctl::build: host capabilities used by the policy but not declared in metadata capabilities={"net/v1/dns_lookup_host"}\n',
    );
  });
});

test.each<[string, Readonly<Record<string, string>>, readonly string[], string | RegExp]>([
  [
    'a mistake in the source',
    { 'policy.ts': 'import "node:fs";' },
    [],
    /^Error: policy\.ts:1:8: node:fs exists only in Node; .*\n$/m,
  ],
  [
    'an unresolved global',
    { 'policy.ts': source('no').replace('JSON.parse', 'fetch("x"); JSON.parse') },
    [],
    /^Error: policy\.ts:5:25: fetch is not defined in a policy; .*\n$/m,
  ],
  [
    'a mode of Rego',
    { 'policy.ts': source('no'), 'metadata.yml': metadata('executionMode: opa\n') },
    ['-m', '%/metadata.yml'],
    "Error: Wrong value inside of policy's metadata for 'executionMode': opa is for Rego; use kubewarden-wapc or wasi\n",
  ],
  [
    'metadata that break a rule',
    { 'policy.ts': source('no'), 'metadata.yml': metadata().replace('[CREATE]', '[]') },
    ['-m', '%/metadata.yml'],
    'Error: the metadata are invalid: rules[0].operations: must have at least one element\n',
  ],
  ['no entry', {}, [], /^Error: .*policy\.ts cannot be read; name the TypeScript or JavaScript file/m],
  [
    'no folder for the output',
    { 'policy.ts': source('no') },
    ['--sbom', '%/nowhere/bom.json'],
    /^Error: cannot create file .*nowhere\/bom\.json: No such file or directory/m,
  ],
])('%s is an error', async (name, files, words, stderr) => {
  const outcome = await build(files, ...words);
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  if (stderr instanceof RegExp) expect(outcome.stderr).toMatch(stderr);
  else expect(outcome.stderr).toContain(stderr);
  expect(outcome.stderr).not.toContain('    at ');
  if (name !== 'no folder for the output') expect(existsSync(outcome.path('policy.wasm'))).toBe(false);
});

test('a global may be allowed', async () => {
  const policy = source('no').replace('const {', 'if (payload === "") fetch("x");\nconst {');
  expect(await build({ 'policy.ts': policy }, '--allow-global', 'fetch')).toMatchObject({ code: 0 });
});

test('--watch finds the usual files and builds again after each change, failed builds included', async () => {
  const folder = temporaryFolder();
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('metadata.yml'), metadata());
  writeFileSync(path('policy.ts'), source('first'));
  const program = fileURLToPath(new URL('../../../bin/kwctl.js', import.meta.url));
  const child = spawn(process.execPath, [program, '--no-color', 'build', '--watch'], { cwd: folder });
  try {
    let [output, from] = ['', 0];
    child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (output += chunk.toString()));
    /** Waits for a text behind the one before. */
    const printed = async (text: string): Promise<void> => {
      await expect.poll(() => output.indexOf(text, from), { timeout: 20_000 }).toBeGreaterThanOrEqual(0);
      from = output.indexOf(text, from) + text.length;
    };
    await printed('policy.wasm: ');
    await printed('sha256:');
    const first = readFileSync(path('policy.wasm'));
    writeFileSync(path('policy.ts'), 'const = 1;');
    await printed('Error: policy.ts:1:7: ');
    writeFileSync(path('policy.ts'), source('second'));
    await printed('sha256:');
    expect(readFileSync(path('policy.wasm')).equals(first)).toBe(false);
    writeFileSync(path('metadata.yml'), metadata('annotations: {a: b}'));
    await printed('sha256:');
    expect(readMetadata(readFileSync(path('policy.wasm')))?.annotations).toMatchObject({ a: 'b' });
  } finally {
    child.kill();
  }
});
