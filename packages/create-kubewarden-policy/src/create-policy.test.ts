import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPolicy } from './create-policy.ts';
import { CreatePolicyError } from './errors.ts';
import { languages } from './languages.ts';
import { describeNextSteps } from './next-steps.ts';
import { writeFiles } from './template/write-files.ts';

const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'create-policy-test-'));

async function problem(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CreatePolicyError);
  return (error as Error).message;
}

describe.each(languages)('$name', ({ name: language }) => {
  const answers = {
    name: 'trusted-registries',
    language,
    description: 'Says "no" to \\ and {{name}}',
    author: 'Jane "J" Doe <jane@example.com>',
    owner: 'Acme',
  };

  test('has all that a policy needs', async () => {
    const folder = join(temporaryFolder(), 'policy');
    const { files } = await createPolicy(answers, folder);
    const expected = [
      '.github/workflows/release.yml',
      '.github/workflows/test.yml',
      '.gitignore',
      'LICENSE',
      'README.md',
      'artifacthub-repo.yml',
      'metadata.yml',
    ];
    for (const file of expected) expect(files).toContain(file);
    for (const file of files) expect(existsSync(join(folder, file)), file).toBe(true);
    expect(files.some((file) => /test/.test(file.split('/').at(-1)!) || /\/tests?\//.test(`/${file}`))).toBe(
      true,
    );
  });

  test('has no values left open, and those of its own braces', async () => {
    const folder = join(temporaryFolder(), 'policy');
    const { files } = await createPolicy({ ...answers, description: 'Says no' }, folder);
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8');
      expect(text.match(/(?<!\$)\{\{[a-z]+\}\}/i), file).toBeNull();
    }
    expect(readFileSync(join(folder, '.github/workflows/release.yml'), 'utf8')).toContain(
      '${{ github.actor }}',
    );
  });

  test('has the answers in its metadata, whatever is in them', async () => {
    const folder = join(temporaryFolder(), 'policy');
    await createPolicy(answers, folder);
    const metadata = readFileSync(join(folder, 'metadata.yml'), 'utf8');
    expect(metadata).toContain('io.kubewarden.policy.title: "trusted-registries"');
    expect(metadata).toContain(
      String.raw`io.kubewarden.policy.description: "Says \"no\" to \\ and {{name}}"`,
    );
    expect(metadata).toContain(String.raw`io.kubewarden.policy.author: "Jane \"J\" Doe <jane@example.com>"`);
    expect(metadata).toContain('io.kubewarden.policy.ociUrl: "ghcr.io/acme/policies/trusted-registries"');
    expect(metadata).toContain('io.artifacthub.displayName: "Trusted Registries"');
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toMatch(/^# trusted-registries\n/);
  });
});

test('the folder of the policy is named as it, and the next steps lead there', async () => {
  const parent = temporaryFolder();
  const created = await createPolicy({ name: 'demo' }, join(parent, 'demo'));
  expect(describeNextSteps(created, parent)).toMatch(
    / {2}cd demo\n {2}npm install\n {2}npm test .*\n {2}npm run build/,
  );
  expect(describeNextSteps(created, created.folder)).not.toContain('cd ');
});

test('files that are run may be run, and others not', async () => {
  const folder = join(temporaryFolder(), 'demo');
  await createPolicy({ name: 'demo', language: 'opa' }, folder);
  expect(statSync(join(folder, 'e2e.bats')).mode & 0o777).toBe(0o755);
  expect(statSync(join(folder, 'policy.rego')).mode & 0o777).toBe(0o644);
});

describe('folders', () => {
  test('one that is empty but for a repository is filled', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.git'));
    await createPolicy({ name: 'demo' }, folder);
    expect(readdirSync(folder)).toContain('policy.ts');
    expect(readdirSync(folder).filter((name) => name.startsWith('.create-'))).toEqual([]);
  });

  test('one that is not empty is left alone', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'policy.ts'), 'mine');
    writeFileSync(join(folder, 'README.md'), 'mine, too');
    expect(await problem(createPolicy({ name: 'demo' }, folder))).toBe(
      `${folder} is not empty: it has README.md and 1 more; choose another folder with --directory, or move what is there`,
    );
    expect(readdirSync(folder).toSorted()).toEqual(['README.md', 'policy.ts']);
    expect(readFileSync(join(folder, 'policy.ts'), 'utf8')).toBe('mine');
  });

  test('what is no folder is left alone', async () => {
    const file = join(temporaryFolder(), 'demo');
    writeFileSync(file, 'mine');
    expect(await problem(createPolicy({ name: 'demo' }, file))).toContain(`${file} exists and is no folder`);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('folders on the way are made', async () => {
    const folder = join(temporaryFolder(), 'a', 'b', 'demo');
    await createPolicy({ name: 'demo' }, folder);
    expect(existsSync(join(folder, 'policy.ts'))).toBe(true);
    expect(readdirSync(join(folder, '..'))).toEqual(['demo']);
  });

  // The second file cannot be written, for the first one stands where its folder should be.
  const unwritable = [
    { path: 'a', text: '' },
    { path: 'a/b', text: '' },
  ];

  test('nothing is left of a new folder when a file cannot be written', async () => {
    const parent = temporaryFolder();
    expect(await problem(writeFiles(join(parent, 'x', 'y', 'demo'), unwritable))).toContain('cannot create');
    expect(readdirSync(parent)).toEqual([]);
  });

  test('nothing is left in an empty folder when a file cannot be written', async () => {
    const folder = temporaryFolder();
    expect(await problem(writeFiles(folder, unwritable))).toContain('cannot create');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a place where no folder can be is an error', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'mine');
    expect(await problem(createPolicy({ name: 'demo' }, join(file, 'demo')))).toContain('cannot create');
  });
});

describe('answers that cannot be', () => {
  const name = 'demo';
  test.each([
    [
      { name: 'My Policy' },
      /^"My Policy" cannot name a policy; take a DNS label: .*, for example my-policy$/,
    ],
    [{ name: '../escape' }, /DNS label.*, for example escape$/],
    [{ name: '' }, /DNS label/],
    [{ name: '-a' }, /for example a$/],
    [{ name: 'a'.repeat(64) }, /at most 63/],
    [{ name: '7-days', language: 'rust' }, /crates begin with a letter, for example policy-7-days$/],
    [{ name, language: 'cobol' }, /no template for the language "cobol"; choose one of typescript, /],
    [{ name, language: 'ts' }, /did you mean typescript\?$/],
    [{ name, language: 'rego' }, /did you mean opa or gatekeeper\?$/],
    [{ name, language: '../typescript' }, /no template/],
    [{ name, description: ' ' }, /one line of text/],
    [{ name, description: 'two\nlines' }, /one line of text/],
    [{ name, description: 'x'.repeat(301) }, /has 301 characters; keep it to 300/],
    [{ name, author: 'Jane' }, /must have a name and an address: Jane Doe <jane@example.com>$/],
    [{ name, author: 'Jane <not an address>' }, /must have a name and an address/],
    [{ name, owner: 'a/b' }, /a user or an organization on GitHub/],
  ])('%j', async (answers, message) => {
    const parent = temporaryFolder();
    expect(await problem(createPolicy(answers, join(parent, 'demo')))).toMatch(message);
    expect(readdirSync(parent)).toEqual([]);
  });
});
