import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseMetadataText } from './testing/metadata.ts';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { file, guest, kwctl } from './testing/kwctl.ts';

const program = fileURLToPath(new URL('../bin/kwctl.js', import.meta.url));

test('the program itself runs, exits with the code of the command, and prints to a pipe without colours', async () => {
  const run = promisify(execFile)(process.execPath, [
    program,
    'run',
    '-r',
    guest('requests/pod-privileged.json'),
    guest('rust/pod-privileged.wasm'),
  ]);
  expect((await run).stdout).toContain('"allowed":false');
  await expect(promisify(execFile)(process.execPath, [program])).rejects.toMatchObject({
    code: 2,
    stdout: '',
  });
  await expect(promisify(execFile)(process.execPath, [program, 'run', '-r', 'x', 'y'])).rejects.toMatchObject(
    { code: 1 },
  );
});

test('bare kwctl prints its help to standard error', async () => {
  expect(await kwctl([])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('Usage: kwctl') as string,
  });
});

test('a usage error names the way out', async () => {
  expect(await kwctl(['run', 'policy.wasm'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error: the following required arguments were not provided:\n  --request-path <PATH>\n\n' +
      'Usage: kwctl run [OPTIONS] --request-path <PATH> <uri_or_sha_prefix_or_yaml_file>\n\n' +
      "For more information, try '--help'.\n",
  });
});

test('versions', async () => {
  expect((await kwctl(['-V'])).stdout).toBe('kwctl 1.38.0\n');
  expect((await kwctl(['--version'])).stdout).toMatch(/^kwctl 1\.38\.0\n\n.*info.*\n\n$/);
});

test('info lists builtins and directories', async () => {
  const { stdout } = await kwctl(['info'], {
    environment: { XDG_CACHE_HOME: '/cache', XDG_CONFIG_HOME: '/config' },
  });
  expect(stdout).toMatch(
    /^kwctl version: 1\.38\.0\n\nOpen Policy Agent\/Gatekeeper implemented builtins:\n(  - \S+\n)+\n/,
  );
  expect(stdout).toContain('  - sprintf\n');
  expect(stdout).toContain(
    'Policy store: /cache/kubewarden/store\nConfig directory: /config/kubewarden\nkwctl cache directory: /cache/kubewarden/kwctl\n    \n',
  );
});

describe('inspect', () => {
  test('as YAML is one mapping, and the metadata again', async () => {
    const { stdout } = await kwctl(['inspect', '-o', 'yaml', guest('go/required-annotations.wasm')]);
    expect(Object.keys(parse(stdout) as object)).toEqual([
      'protocolVersion',
      'rules',
      'annotations',
      'mutating',
      'backgroundAudit',
      'executionMode',
      'policyType',
      'contextAwareResources',
    ]);
    expect(parseMetadataText(stdout)).toMatchObject({ executionMode: 'wasi', mutating: true });
  });

  test('for people', async () => {
    const { stdout } = await kwctl(['inspect', guest('rust/context-aware.wasm')]);
    expect(stdout).toMatch(/^Details +\ntitle: +context-aware \n/);
    expect(stdout).toMatch(/\nprotocol version: +1 \n/);
    expect(stdout).toContain('\nContext Aware \n');
    expect(stdout).not.toContain('\u001b');
  });

  test('does not let a policy play tricks on the terminal', async () => {
    const metadata = {
      rules: [],
      mutating: false,
      annotations: { 'io.kubewarden.policy.title': '\u001b[2Jnice', 'x\u009b1m': 'y\nz', usage: '' },
    };
    const module = join(mkdtempSync(join(tmpdir(), 'kwctl-inspect-')), 'policy.wasm');
    const source = guest('rust/pod-privileged.wasm');
    const usage = file('README.md', '\u001b]0;title\u0007# Usage\r\n');
    await kwctl([
      'annotate',
      '-m',
      file('metadata.yml', JSON.stringify(metadata)),
      '-u',
      usage,
      '-o',
      module,
      source,
    ]);
    const { stdout } = await kwctl(['inspect', module]);
    expect(stdout).toContain('title:                    \\u{1b}[2Jnice \n');
    expect(stdout).toContain(`x\\u{9b}1m                 y \n${' '.repeat(25)} z \n`);
    expect(stdout).toContain('\n\\u{1b}]0;title\\u{7}# Usage\n---\n');
    const missing = await kwctl(['inspect', '\u001b[2J']);
    expect(missing.stderr).toBe('Error: Cannot find policy with uri: \\u{1b}[2J\n');
  });

  test('has colours on a terminal only', async () => {
    const words = ['inspect', guest('rust/pod-privileged.wasm')];
    expect((await kwctl(words, { stdoutIsTerminal: true })).stdout).toContain('\u001b[32;1mtitle:');
    expect((await kwctl(['--no-color', ...words], { stdoutIsTerminal: true })).stdout).not.toContain(
      '\u001b',
    );
    const environment = { NO_COLOR: '1' };
    expect((await kwctl(words, { stdoutIsTerminal: true, environment })).stdout).not.toContain('\u001b');
  });

  test('says that signatures cannot be looked up, and leaves YAML alone', async () => {
    const words = ['inspect', '--show-signatures', guest('rust/pod-privileged.wasm')];
    expect(await kwctl(words)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('\nCannot determine if the policy has been signed.') as string,
      stderr: '',
    });
    const { code, stdout, stderr } = await kwctl([...words, '-o', 'yaml']);
    expect(code).toBe(0);
    expect(parse(stdout)).toHaveProperty('rules');
    expect(stderr).toContain('remote registry: invalid uri');
  });

  test('of a policy that is not there', async () => {
    expect(await kwctl(['inspect', 'https://example.com/p.wasm'])).toMatchObject({
      code: 1,
      stderr: 'Error: Cannot find policy with uri: https://example.com/p.wasm\n',
    });
  });
});

describe('docs', () => {
  test.each([
    ['cli.md', '## kwctl scaffold manifest'],
    ['cli.adoc', '== kwctl scaffold manifest'],
  ])('%s has every command', async (name, heading) => {
    const path = join(mkdtempSync(join(tmpdir(), 'kwctl-docs-')), name);
    expect(await kwctl(['docs', '-o', path])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(path, 'utf8')).toContain(heading);
  });

  test('a link is followed', async () => {
    const target = file('target.md', '');
    const link = join(mkdtempSync(join(tmpdir(), 'kwctl-docs-')), 'link.md');
    symlinkSync(target, link);
    await kwctl(['docs', '-o', link]);
    expect(readFileSync(target, 'utf8')).toContain('# Command-line reference');
  });

  test('a folder that is not there is an error', async () => {
    expect(await kwctl(['docs', '-o', '/nowhere/cli.md'])).toMatchObject({
      code: 1,
      stderr: 'Error: cannot create file /nowhere/cli.md: No such file or directory (os error 2)\n',
    });
  });
});

describe('completions', () => {
  test.each(['bash', 'elvish', 'fish', 'powershell', 'zsh'])(
    '%s knows commands and options',
    async (shell) => {
      const { stdout } = await kwctl(['completions', '-s', shell]);
      expect(stdout).toContain('scaffold');
      expect(stdout).toMatch(/(--|-l )?allow-context-aware/);
    },
  );

  test('bash completes what is typed', async () => {
    const { stdout: script } = await kwctl(['completions', '-s', 'bash']);
    const complete = async (...words: string[]): Promise<string[]> => {
      const lines = `${script}\nCOMP_WORDS=(kwctl ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; cd /; _kwctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await promisify(execFile)('bash', ['-c', lines]);
      return stdout.trim().split('\n');
    };
    expect(await complete('ins')).toEqual(['inspect']);
    expect(await complete('scaffold', 'v')).toEqual(expect.arrayContaining(['vap', 'verification-config']));
    expect(await complete('run', '--repl')).toEqual(['--replay-host-capabilities-interactions']);
    expect(await complete('run', '-e', 'gate')).toEqual(['gatekeeper']);
    expect(await complete('completions', '-s', 'z')).toEqual(['zsh']);
    expect(await complete('run', '-s', 'z')).toEqual(['']);
  });
});

describe('bench', () => {
  const words = [
    'bench',
    '--warm-up-time',
    '0',
    '--measurement-time',
    '0',
    '--num-samples',
    '3',
    '--num-resamples',
    '10',
  ];
  const request = guest('requests/pod-plain.json');

  test('measures settings and verdicts', async () => {
    const { code, stdout } = await kwctl([...words, '-r', request, guest('rust/pod-privileged.wasm')]);
    expect(code).toBe(0);
    for (const label of ['validate_settings', 'validate']) {
      expect(stdout).toContain(`${label} warming up for 0.00s\n`);
      expect(stdout).toMatch(
        new RegExp(
          `\\n${label} \\[\\d+ iterations in .*s with 3\\.0 samples\\]:\\n\\telapsed\\t\\[min mean max\\]:`,
        ),
      );
    }
  });

  test('replays a session from its start each time', async () => {
    const session = guest('requests/customer-1.session.yml');
    const { code, stdout, stderr } = await kwctl([
      ...words, '--allow-context-aware', '--replay-host-capabilities-interactions', session,
      '-r', guest('requests/deployment.json'), guest('rust/context-aware.wasm'),
    ]); // prettier-ignore
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('validate [') as string,
    });
    expect(stderr).not.toContain('empty');
  });

  test('refuses invalid settings, and numbers that are none', async () => {
    const module = guest('go/required-annotations.wasm');
    expect((await kwctl([...words, '-r', request, module])).stderr).toMatch(
      /^Error: \[Policy .* \(file:.*\)\] - \[Policy .*\] - provided settings are not valid: requiredAnnotations/,
    );
    expect((await kwctl(['bench', '--num-samples', 'x', '-r', request, module])).stderr).toBe(
      "Error: Cannot convert 'num-samples' to number: 'x' is not a whole number\n",
    );
  });
});
