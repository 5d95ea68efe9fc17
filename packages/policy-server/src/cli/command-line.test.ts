import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './command-line.ts';
import { UsageError } from './errors.ts';
import { optionList } from './options.ts';
import { renderReference } from './reference.ts';
import { resolveOptions } from './values.ts';

function resolve(args: readonly string[], environment: Record<string, string> = {}) {
  const invocation = parseCommandLine(args);
  if (invocation.kind !== 'serve') throw new Error(`unexpected ${invocation.kind}`);
  return resolveOptions(invocation.flags, environment);
}

describe('the command line', () => {
  it('has the defaults of the original', () => {
    expect(resolve([])).toMatchObject({
      addr: '0.0.0.0',
      port: '3000',
      readinessProbePort: '8081',
      policies: 'policies.yml',
      policiesDownloadDir: '.',
      policyTimeout: '2',
      logLevel: 'info',
      logFmt: 'text',
      daemonPidFile: 'policy-server.pid',
      enableMetrics: false,
      continueOnErrors: false,
      certFile: undefined,
    });
  });

  it('lets every flag win over its variable', () => {
    for (const [name, { flag, environment, value, choices }] of optionList) {
      const [inVariable = '7', onCommandLine = '8'] = choices ?? [];
      if (value === undefined) {
        expect(resolve([], { [environment]: 'true' })[name]).toBe(true);
        expect(resolve([`--${flag}=false`], { [environment]: 'true' })[name]).toBe(false);
        expect(resolve([`--${flag}`], { [environment]: 'false' })[name]).toBe(true);
      } else {
        expect(resolve([], { [environment]: inVariable })[name]).toBe(inVariable);
        expect(resolve([`--${flag}`, onCommandLine], { [environment]: inVariable })[name]).toBe(
          onCommandLine,
        );
      }
    }
  });

  it.each([
    ['1', true],
    ['Yes', true],
    ['TRUE', true],
    ['0', false],
    ['off', false],
    ['', false],
  ])('reads the boolean variable %j as %s', (text, expected) => {
    expect(resolve([], { KUBEWARDEN_ENABLE_PPROF: text }).enablePprof).toBe(expected);
  });

  it('takes any value of NO_COLOR, and an empty one as none', () => {
    expect(resolve([], { NO_COLOR: 'please' }).logNoColor).toBe(true);
    expect(resolve([], { NO_COLOR: '' }).logNoColor).toBe(false);
  });

  it.each([
    [['--unknown'], {}, "unknown option '--unknown'"],
    [['--log-level', 'loud'], {}, "invalid value 'loud' for '--log-level': possible values are trace, debug"],
    [[], { KUBEWARDEN_LOG_FMT: 'xml' }, "invalid value 'xml' for 'KUBEWARDEN_LOG_FMT'"],
    [
      [],
      { KUBEWARDEN_DAEMON: 'maybe' },
      "invalid value 'maybe' for 'KUBEWARDEN_DAEMON': expected true or false",
    ],
    [['--port'], {}, "option '--port <PORT>' argument missing"],
    [['docs'], {}, "required option '-o, --output <FILE>' not specified"],
  ])('refuses %j with %j', (args, environment, message) => {
    expect(() => resolve(args, environment)).toThrow(UsageError);
    expect(() => resolve(args, environment)).toThrow(message);
  });

  it('knows its other duties', () => {
    expect(parseCommandLine(['-V'])).toEqual({ kind: 'version', long: false });
    expect(parseCommandLine(['--version'])).toEqual({ kind: 'version', long: true });
    expect(parseCommandLine(['docs', '-o', 'cli.md'])).toEqual({ kind: 'docs', output: 'cli.md' });
  });

  it('explains itself, without the hidden flag', () => {
    const help = parseCommandLine(['--help']);
    if (help.kind !== 'help') throw new Error('no help');
    expect(help.text).toContain('[env: KUBEWARDEN_PORT]');
    expect(help.text).toContain('curl -H');
    expect(help.text).not.toContain('continue-on-errors');
  });
});

describe('the reference', () => {
  it('is what the README says', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    for (const row of renderReference('cli.md').match(/^\| `--.*$/gm) ?? []) expect(readme).toContain(row);
  });

  it('is Markdown for .md files and AsciiDoc for all others', () => {
    expect(renderReference('cli.md')).toContain(
      '| `--port <PORT>` | `KUBEWARDEN_PORT` | `3000` | Port of the API |',
    );
    expect(renderReference('cli.adoc')).toContain(
      '|`+--port <PORT>+`\n|`+KUBEWARDEN_PORT+`\n|`3000`\n|Port of the API',
    );
    expect(renderReference('cli.md')).not.toContain('continue-on-errors');
  });
});
