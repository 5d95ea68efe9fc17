import { globalOptions, optionUsage, positionalUsage, type CommandModel, type OptionModel } from './model.ts';
import { usageLine } from './help.ts';

/** The marks of a text format. */
interface Markup {
  readonly heading: (level: number, text: string) => string;
  readonly code: (text: string) => string;
  readonly block: (lines: readonly string[]) => string;
}

const markdown: Markup = {
  heading: (level, text) => `${'#'.repeat(level)} ${text}`,
  code: (text) => `\`${text}\``,
  block: (lines) => ['```console', ...lines, '```'].join('\n'),
};

const asciiDoc: Markup = {
  heading: (level, text) => `${'='.repeat(level)} ${text}`,
  code: (text) => `\`+${text}+\``,
  block: (lines) => ['----', ...lines, '----'].join('\n'),
};

/** The reference of the command line; Markdown for a `.md` file, AsciiDoc for any other. */
export function renderReference(root: CommandModel, file: string): string {
  const markup = file.toLowerCase().endsWith('.md') ? markdown : asciiDoc;
  const title = markup.heading(1, `Command-line reference of ${root.name}`);
  return `${[title, ...renderCommand({ ...root, options: globalOptions }, root.name, markup)].join('\n\n')}\n`;
}

function renderCommand(command: CommandModel, path: string, markup: Markup): string[] {
  const { summary, description, examples, positionals, options, subcommands = [] } = command;
  const list = (items: readonly (readonly [string, string])[]): string =>
    items.map(([name, help]) => `* ${markup.code(name)} – ${help}`).join('\n');
  return [
    markup.heading(2, path),
    summary,
    ...(description === undefined ? [] : [description]),
    markup.code(usageLine(command, path).replace('Usage: ', '')),
    ...(subcommands.length > 0
      ? [list(subcommands.map(({ name, summary }) => [`${path} ${name}`, summary]))]
      : []),
    ...(positionals.length > 0
      ? [list(positionals.map((positional) => [positionalUsage(positional), positional.help]))]
      : []),
    ...(options.length > 0 ? [list(options.map(optionItem))] : []),
    ...(examples === undefined ? [] : [markup.block(examples)]),
    ...subcommands.flatMap((subcommand) => renderCommand(subcommand, `${path} ${subcommand.name}`, markup)),
  ];
}

function optionItem(option: OptionModel): readonly [string, string] {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  const choices = option.choices === undefined ? '' : ` One of: ${option.choices.join(', ')}.`;
  return [short + optionUsage(option), option.help + choices];
}
