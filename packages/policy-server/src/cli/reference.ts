import { type OptionDefinition, optionList } from './options.ts';

const title = 'policy-server';
const intro = 'Every option may be given as a flag or as an environment variable; the flag wins.';

/** The reference of the command line; Markdown for a `.md` file, AsciiDoc for any other. */
export function renderReference(file: string): string {
  return file.toLowerCase().endsWith('.md') ? renderMarkdown() : renderAsciiDoc();
}

/** The table of all options by group, as it also stands in the package's README. */
function renderMarkdown(): string {
  const groups = groupedOptions().map(([group, definitions]) => {
    const rows = definitions.map(
      (definition) =>
        `| \`${usage(definition)}\` | \`${definition.environment}\` | ${defaultOf(definition, '`')} | ${describe(definition)} |`,
    );
    return [`## ${group}`, '', '| Flag | Variable | Default | Meaning |', '|---|---|---|---|', ...rows].join(
      '\n',
    );
  });
  return `${[`# ${title}`, intro, ...groups].join('\n\n')}\n`;
}

function renderAsciiDoc(): string {
  const groups = groupedOptions().map(([group, definitions]) => {
    const rows = definitions.map((definition) =>
      [
        `|\`+${usage(definition)}+\``,
        `|\`+${definition.environment}+\``,
        `|${defaultOf(definition, '`')}`,
        `|${describe(definition)}`,
      ].join('\n'),
    );
    return [
      `== ${group}`,
      '',
      '|===',
      '|Flag |Variable |Default |Meaning',
      '',
      rows.join('\n\n'),
      '|===',
    ].join('\n');
  });
  return `${[`= ${title}`, intro, ...groups].join('\n\n')}\n`;
}

function groupedOptions(): [string, OptionDefinition[]][] {
  const groups = new Map<string, OptionDefinition[]>();
  for (const [, definition] of optionList) {
    if (definition.hidden) continue;
    groups.set(definition.group, [...(groups.get(definition.group) ?? []), definition]);
  }
  return [...groups];
}

function usage({ flag, value }: OptionDefinition): string {
  return value === undefined ? `--${flag}` : `--${flag} <${value}>`;
}

function defaultOf(definition: OptionDefinition, quote: string): string {
  if (definition.value === undefined) return 'off';
  return definition.default === undefined ? '' : `${quote}${definition.default}${quote}`;
}

function describe({ description, choices }: OptionDefinition): string {
  return choices === undefined ? description : `${description} (${choices.join(', ')})`;
}
