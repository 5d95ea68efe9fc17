import { describe, expect, test } from 'vitest';
import type { CommandModel } from './model.ts';
import { parseCommandLine } from './parse.ts';

const leaf: CommandModel = {
  name: 'leaf',
  summary: 'A leaf',
  options: [
    { long: 'path', short: 'p', value: 'PATH', required: true, help: '' },
    { long: 'mode', short: 'm', value: 'MODE', choices: ['fast', 'slow'], help: '' },
    { long: 'key', short: 'k', value: 'KEY', repeatable: true, help: '' },
    { long: 'raw', short: 'r', conflictsWith: ['key'], help: '' },
    { long: 'dump', value: 'VALUE', valueIsOptional: true, help: '' },
    {
      long: 'allow',
      value: 'PATTERN',
      repeatable: true,
      greedy: { accepts: async (word) => !word.includes('.') },
      help: '',
    },
  ],
  positionals: [{ name: 'policy', help: '' }],
};

const root: CommandModel = {
  name: 'tool',
  summary: 'A tool',
  options: [],
  positionals: [],
  subcommands: [
    leaf,
    { name: 'branch', summary: 'A branch', options: [], positionals: [], subcommands: [leaf] },
    {
      name: 'many',
      summary: 'Takes several',
      options: [{ long: 'path', short: 'p', value: 'PATH', help: '' }],
      positionals: [
        { name: 'first', help: '' },
        { name: 'rest', repeatable: true, help: '' },
      ],
    },
  ],
};

async function parse(
  ...words: string[]
): Promise<{ options: Record<string, readonly string[]>; positionals: readonly string[] }> {
  const parsed = await parseCommandLine(root, words);
  if (parsed.kind !== 'run') throw new Error(`parsed as ${parsed.kind}`);
  const names = parsed.command.options.map(({ long }) => long).filter((long) => parsed.options.has(long));
  return {
    options: Object.fromEntries(names.map((long) => [long, parsed.options.values(long)!])),
    positionals: parsed.positionals,
  };
}

describe('options and positionals', () => {
  test.each<[string, string[], Record<string, string[]>, string[]]>([
    ['a value in the next word', ['leaf', '--path', 'x', 'p.wasm'], { path: ['x'] }, ['p.wasm']],
    ['a value after =', ['leaf', '--path=x=y', 'p.wasm'], { path: ['x=y'] }, ['p.wasm']],
    ['a short option', ['leaf', '-p', 'x', 'p.wasm'], { path: ['x'] }, ['p.wasm']],
    ['… with its value attached', ['leaf', '-px', 'p.wasm'], { path: ['x'] }, ['p.wasm']],
    ['… after =', ['leaf', '-p=x', 'p.wasm'], { path: ['x'] }, ['p.wasm']],
    ['a switch and a value in one word', ['leaf', '-rpx', 'p.wasm'], { path: ['x'], raw: [] }, ['p.wasm']],
    ['standard input', ['leaf', '--path', '-', 'p.wasm'], { path: ['-'] }, ['p.wasm']],
    ['options behind the positional', ['leaf', 'p.wasm', '-p', 'x'], { path: ['x'] }, ['p.wasm']],
    ['several of one positional', ['many', 'a', '-p', 'x', 'b', 'c'], { path: ['x'] }, ['a', 'b', 'c']],
    ['a positional behind --', ['leaf', '-p', 'x', '--', '-odd'], { path: ['x'] }, ['-odd']],
    [
      'an option that may be repeated',
      ['leaf', '-p', 'x', '-k', '1', '-k', '2', 'p'],
      { path: ['x'], key: ['1', '2'] },
      ['p'],
    ],
    ['a command below a command', ['branch', 'leaf', '-p', 'x', 'p'], { path: ['x'] }, ['p']],
    [
      'an optional value that is left out',
      ['leaf', '-p', 'x', '--dump', 'p'],
      { path: ['x'], dump: [] },
      ['p'],
    ],
    ['… attached', ['leaf', '-p', 'x', '--dump=y', 'p'], { path: ['x'], dump: ['y'] }, ['p']],
    [
      '… given as the original wants it',
      ['leaf', '-p', 'x', '--dump', 'y', 'p'],
      { path: ['x'], dump: [] },
      ['p'],
    ],
  ])('%s', async (_name, words, options, positionals) => {
    expect(await parse(...words)).toEqual({ options, positionals });
  });
});

describe('an option that takes all following words', () => {
  test.each<[string, string[], string[], string[]]>([
    ['ends at the next option', ['leaf', '--allow', 'a', 'b', '-p', 'x', 'p.wasm'], ['a', 'b'], ['p.wasm']],
    ['ends at --', ['leaf', '-p', 'x', '--allow', 'a', '--', 'p.wasm'], ['a'], ['p.wasm']],
    [
      'gives back the policy that it swallowed',
      ['leaf', '-p', 'x', '--allow', 'a', 'p.wasm'],
      ['a'],
      ['p.wasm'],
    ],
    ['may have no words', ['leaf', '--allow', '-p', 'x', 'p.wasm'], [], ['p.wasm']],
    ['may be repeated', ['leaf', '--allow', 'a', '--allow=b', '-p', 'x', 'p.wasm'], ['a', 'b'], ['p.wasm']],
  ])('%s', async (_name, words, allow, positionals) => {
    expect(await parse(...words)).toEqual({ options: { path: ['x'], allow }, positionals });
  });
});

describe('what cannot be understood', () => {
  test.each<[string[], string]>([
    [['leaf'], 'the following required arguments were not provided:\n  --path <PATH>\n  <policy>'],
    [['leaf', '-p', 'x', 'p', 'q'], "unexpected argument 'q' found"],
    [
      ['leaf', '--pth', 'x', 'p'],
      "unexpected argument '--pth' found\n\n  tip: a similar argument exists: '--path'",
    ],
    [['many', 'a'], 'the following required arguments were not provided:\n  <rest>...'],
    [['leaf', '-x', 'p'], "unexpected argument '-x' found"],
    [['leaf', '--path'], "a value is required for '--path <PATH>' but none was supplied"],
    [['leaf', '--path', '--raw', 'p'], "a value is required for '--path <PATH>' but none was supplied"],
    [['leaf', '-p', '1', '-p', '2', 'p'], "the argument '--path <PATH>' cannot be used multiple times"],
    [['leaf', '-r', '--raw', '-p', 'x', 'p'], "the argument '--raw' cannot be used multiple times"],
    [
      ['leaf', '--raw=true', '-p', 'x', 'p'],
      "unexpected value 'true' for '--raw' found; no more were expected",
    ],
    [['leaf', '-r', '-k', '1', '-p', 'x', 'p'], "the argument '--raw' cannot be used with '--key <KEY>'"],
    [
      ['leaf', '-m', 'fats', '-p', 'x', 'p'],
      "invalid value 'fats' for '--mode <MODE>'\n  [possible values: fast, slow]\n\n  tip: a similar value exists: 'fast'",
    ],
    [['laef'], "unrecognized subcommand 'laef'\n\n  tip: a similar subcommand exists: 'leaf'"],
    // global options stand before the command
    [['leaf', '-v', '-p', 'x', 'p'], "unexpected argument '-v' found"],
  ])('%j', async (words, message) => {
    await expect(parse(...words)).rejects.toThrow(expect.objectContaining({ name: 'UsageError', message }));
  });
});

test.each<[string[], string, 0 | 2]>([
  [[], 'Commands:', 2],
  [['branch'], 'Usage: tool branch [OPTIONS] <COMMAND>', 2],
  [['--help'], 'Commands:', 0],
  [['leaf', '-h'], 'Usage: tool leaf [OPTIONS] --path <PATH> <policy>', 0],
  [['help', 'branch', 'leaf'], 'Usage: tool branch leaf [OPTIONS] --path <PATH> <policy>', 0],
])('%j prints help', async (words, text, exitCode) => {
  const parsed = await parseCommandLine(root, words);
  expect(parsed).toMatchObject({ kind: 'help', exitCode, text: expect.stringContaining(text) as string });
});
