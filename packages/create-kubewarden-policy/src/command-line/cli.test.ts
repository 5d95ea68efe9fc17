import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { languages } from '../languages.ts';
import { runCli } from './cli.ts';
import { openConversation } from './questions.ts';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param typed - lines on the terminal; without them, there is none */
async function create(
  words: string[],
  { typed, environment = {} }: { typed?: string[]; environment?: Record<string, string> } = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const input = new PassThrough();
  const output = new PassThrough();
  output.on('data', (piece: Buffer) => {
    stdout += piece.toString();
    // Somebody who answers when asked, and leaves when there is nothing more to say.
    if (!piece.toString().endsWith(': ')) return;
    const line = typed!.shift();
    if (line === undefined) input.end();
    else input.write(`${line}\n`);
  });
  const code = await runCli(words, {
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    environment,
    ...(typed === undefined ? {} : { ask: openConversation(input, output).ask }),
  });
  return { code, stdout, stderr };
}

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'create-policy-test-')), 'demo');

test('without a terminal, a name is enough', async () => {
  const folder = newFolder();
  const { code, stdout } = await create(['demo', '--directory', folder]);
  expect(code).toBe(0);
  expect(stdout).toContain('Created demo, a policy in TypeScript');
  expect(existsSync(join(folder, 'policy.ts'))).toBe(true);
});

test('the folder names the policy if nobody else does', async () => {
  const folder = newFolder();
  expect(await create(['--directory', folder])).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toMatch(/^# demo\n/);
});

test('without a terminal and a name, there is nothing to create', async () => {
  const { code, stderr } = await create([]);
  expect(code).toBe(1);
  expect(stderr).toBe('Error: the policy needs a name: npm create kubewarden-policy NAME\n');
});

describe('on a terminal', () => {
  test('everything is asked for, until the answer can be', async () => {
    const folder = newFolder();
    const typed = [
      'My Policy',
      'my-policy',
      'cobol',
      'opa',
      'Says no',
      'Jane',
      'Jane <jane@example.com>',
      'acme',
    ];
    const { code, stdout, stderr } = await create(['--directory', folder], { typed });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('for example my-policy');
    expect(stdout).toContain('no template for the language "cobol"');
    expect(stdout).toContain('must have a name and an address');
    const metadata = readFileSync(join(folder, 'metadata.yml'), 'utf8');
    expect(metadata).toContain('title: "my-policy"');
    expect(metadata).toContain('executionMode: opa');
    expect(metadata).toContain('description: "Says no"');
    expect(metadata).toContain('ghcr.io/acme/policies/my-policy');
  });

  test('an empty answer is the default', async () => {
    const folder = newFolder();
    const { code } = await create(['--directory', folder], { typed: ['', '', '', '', ''] });
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'policy.ts'))).toBe(true);
  });

  test('what was given is not asked for, and nothing with --yes', async () => {
    const folder = newFolder();
    const given = ['demo', '-l', 'opa', '-d', 'Says no', '-a', 'Jane <jane@example.com>', '--owner', 'acme'];
    expect((await create([...given, '--directory', folder], { typed: [] })).code).toBe(0);
    expect((await create(['demo', '--yes', '--directory', newFolder()], { typed: [] })).code).toBe(0);
  });

  test('lines that are typed ahead are answers, too', async () => {
    const folder = newFolder();
    const typed = ['opa\nSays no\nJane <jane@example.com>\nacme'];
    expect((await create(['demo', '--directory', folder], { typed })).code).toBe(0);
    expect(readFileSync(join(folder, 'metadata.yml'), 'utf8')).toContain('ghcr.io/acme/policies/demo');
  });

  test('what was given wrong is said before anything is asked', async () => {
    const { code, stdout, stderr } = await create(['demo', '-l', 'cobol'], { typed: [] });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('no template for the language "cobol"');
  });

  test('whoever leaves gets nothing', async () => {
    const folder = newFolder();
    const { code, stderr } = await create(['demo', '--directory', folder], { typed: ['opa'] });
    expect([code, stderr]).toEqual([1, 'Error: no answer, so nothing was created\n']);
    expect(readdirSync(join(folder, '..'))).toEqual([]);
  });
});

describe('a command line that cannot be understood', () => {
  test.each([
    [['a', 'b'], {}, "unexpected argument 'b': a policy has one name"],
    [['a', '--langauge', 'go'], {}, "Unknown option '--langauge'"],
    [['a'], { npm_config_language: 'rust' }, 'npm create kubewarden-policy a -- --language rust'],
    [['a', 'rust'], { npm_config_language: 'true' }, 'npm create kubewarden-policy a -- --language rust'],
  ])('%j %j', async (words, environment, message) => {
    const { code, stdout, stderr } = await create(words, {
      environment: environment as Record<string, string>,
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain("try '--help'");
  });
});

test('the help names every language and what it needs', async () => {
  const { code, stdout } = await create(['--help']);
  expect(code).toBe(0);
  for (const { name, title, needs } of languages) {
    expect(stdout).toMatch(new RegExp(`^  ${name} +${title}: ${needs}$`, 'm'));
  }
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(120);
});

test('the version is that of the package', async () => {
  const { code, stdout } = await create(['--version']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^create-kubewarden-policy \d+\.\d+\.\d+\n$/)]);
});
