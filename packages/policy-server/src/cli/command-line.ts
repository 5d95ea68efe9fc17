import { Command, CommanderError, Option } from 'commander';
import { UsageError } from './errors.ts';
import { type OptionDefinition, optionList, type OptionName } from './options.ts';
import type { GivenFlags } from './values.ts';

/** What the program is asked to do. */
export type Invocation =
  | { readonly kind: 'serve'; readonly flags: GivenFlags }
  | { readonly kind: 'docs'; readonly output: string }
  | { readonly kind: 'version'; readonly long: boolean }
  /** Help, already rendered. */
  | { readonly kind: 'help'; readonly text: string };

const summary = 'Kubewarden policy server: answers the admission reviews of a Kubernetes API server';

const examples = `
Examples:
  # one policy, plain HTTP
  $ cat policies.yml
  no-privileged-pods:
    module: file:///policies/pod-privileged.wasm
  $ policy-server --policies policies.yml
  $ curl -H 'Content-Type: application/json' -d @review.json localhost:3000/validate/no-privileged-pods

  # as Kubernetes wants it: HTTPS, and only for clients of a known authority
  $ policy-server --cert-file tls.crt --key-file tls.key --client-ca-file ca.crt

Every option may also be given as the environment variable in brackets; the flag wins.`;

/**
 * Reads the command line, without the program's name.
 *
 * @throws UsageError
 */
export function parseCommandLine(args: readonly string[]): Invocation {
  let invocation: Invocation | undefined;
  let help = '';
  const program = new Command('policy-server')
    .description(summary)
    .helpOption('-h, --help', 'Show this help')
    .helpCommand(false)
    .option('-V', 'Show the version')
    .option('--version', 'Show the version and the Rego built-in functions')
    .addHelpText('after', examples)
    .exitOverride()
    .configureOutput({ writeOut: (text) => (help += text), writeErr: () => undefined })
    .action((given: Record<string, unknown>) => {
      invocation =
        given['V'] === true || given['version'] === true
          ? { kind: 'version', long: given['version'] === true }
          : { kind: 'serve', flags: flagsOf(given) };
    });
  for (const [, definition] of optionList) program.addOption(commanderOption(definition));
  program
    .command('docs')
    .description('Write the reference of the command line to a file')
    .requiredOption('-o, --output <FILE>', 'file to write; .md gives Markdown, anything else AsciiDoc')
    .action(({ output }: { output: string }) => {
      invocation = { kind: 'docs', output };
    });
  try {
    program.parse(args, { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    if (cause.exitCode === 0) return { kind: 'help', text: help };
    throw new UsageError(cause.message.replace(/^error: /, ''), { cause });
  }
  if (invocation === undefined) throw new UsageError('nothing to do');
  return invocation;
}

function commanderOption(definition: OptionDefinition): Option {
  const { flag, value, description, environment, choices } = definition;
  const notes = [
    ...(choices === undefined ? [] : [`[possible values: ${choices.join(', ')}]`]),
    ...(definition.default === undefined ? [] : [`[default: ${definition.default}]`]),
    `[env: ${environment}]`,
  ];
  // A switch may be given a value, so that `--enable-metrics=false` overrides the environment.
  const name = value === undefined ? `--${flag} [BOOLEAN]` : `--${flag} <${value}>`;
  const option = new Option(name, [description, ...notes].join(' ')).helpGroup(`${definition.group}:`);
  if (definition.hidden) option.hideHelp();
  return option;
}

function flagsOf(given: Readonly<Record<string, unknown>>): GivenFlags {
  const flags: GivenFlags = {};
  for (const [name, definition] of optionList) {
    const value = given[camelCase(definition.flag)];
    if (typeof value === 'string' || typeof value === 'boolean') flags[name satisfies OptionName] = value;
  }
  return flags;
}

/** The attribute name that commander derives from a flag. */
function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
