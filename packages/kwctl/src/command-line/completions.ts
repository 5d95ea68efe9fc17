import { globalOptions, type CommandModel, type OptionModel } from './model.ts';

export type Shell = 'bash' | 'elvish' | 'fish' | 'powershell' | 'zsh';

/** One command with the words that lead to it and the words that may follow. */
interface Node {
  /** `kwctl scaffold` is `['scaffold']`. */
  readonly words: readonly string[];
  readonly options: readonly OptionModel[];
  readonly subcommands: readonly CommandModel[];
}

/** A script that makes a shell complete the commands, options and choices of a program. */
export function completionScript(root: CommandModel, shell: Shell): string {
  const nodes = walk({ ...root, options: globalOptions }, []);
  return { bash, elvish, fish, powershell, zsh }[shell](root.name, nodes);
}

function walk(command: CommandModel, words: readonly string[]): Node[] {
  const { options, subcommands = [] } = command;
  return [
    { words, options, subcommands },
    ...subcommands.flatMap((subcommand) => walk(subcommand, [...words, subcommand.name])),
  ];
}

function flags({ long, short }: OptionModel): string[] {
  return [`--${long}`, ...(short === undefined ? [] : [`-${short}`])];
}

function followers({ options, subcommands }: Node): string[] {
  return [...subcommands.map(({ name }) => name), ...options.flatMap(flags), '--help', '-h'];
}

/** Single quotes for shells where a quote inside is written by ending, escaping and beginning again. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Patterns of `case` for the commands below the program, in bash and zsh. */
function commandPatterns(program: string, nodes: readonly Node[]): string {
  return nodes
    .slice(1)
    .map(({ words }) => quote([program, ...words].join(' ')))
    .join('|');
}

/** Branches of `case "<command> <previous word>"` for options that take one of a few values, in bash and zsh. */
function choiceBranches(
  program: string,
  nodes: readonly Node[],
  complete: (choices: readonly string[]) => string,
): string {
  const branches = nodes.flatMap(({ words, options }) =>
    options.flatMap((option) => {
      if (option.choices === undefined) return [];
      const patterns = flags(option).map((flag) => quote([program, ...words, flag].join(' ')));
      return [`    ${patterns.join('|')}) ${complete(option.choices)}; return ;;`];
    }),
  );
  return branches.join('\n');
}

function bash(program: string, nodes: readonly Node[]): string {
  const cases = nodes.map(
    (node) =>
      `    ${quote([program, ...node.words].join(' '))}) words=${quote(followers(node).join(' '))} ;;`,
  );
  return `# bash completion for ${program}
_${program}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=${program} word words=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      ${commandPatterns(program, nodes)}) command="$command $word" ;;
    esac
  done
  case "$command $previous" in
${choiceBranches(program, nodes, (choices) => `COMPREPLY=($(compgen -W ${quote(choices.join(' '))} -- "$current"))`)}
  esac
  case $command in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
}
complete -o filenames -F _${program} ${program}
`;
}

function zsh(program: string, nodes: readonly Node[]): string {
  const cases = nodes.map((node) => {
    const entries = [
      ...node.subcommands.map(({ name, summary }) => `${name}:${summary}`),
      ...node.options.flatMap((option) => flags(option).map((flag) => `${flag}:${option.help}`)),
    ];
    return `    ${quote([program, ...node.words].join(' '))}) entries=(${entries.map(quote).join(' ')}) ;;`;
  });
  // The name `path` would be zsh's own array of folders.
  return `#compdef ${program}
_${program}() {
  local command=${program} word
  local -a entries
  for word in \${words[2,CURRENT-1]}; do
    case "$command $word" in
      ${commandPatterns(program, nodes)}) command="$command $word" ;;
    esac
  done
  case "$command \${words[CURRENT-1]}" in
${choiceBranches(program, nodes, (choices) => `compadd -- ${choices.map(quote).join(' ')}`)}
  esac
  case $command in
${cases.join('\n')}
  esac
  _describe ${program} entries
  _files
}
# A file that zsh finds by itself is the function; one that the user sources has to announce it.
if [[ $funcstack[1] == _${program} ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`;
}

function fish(program: string, nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ words, options, subcommands }) => {
    const others = subcommands.map(({ name }) => name).join(' ');
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const unseen = others === '' ? '' : `not __fish_seen_subcommand_from ${others}`;
    const condition = [seen, unseen].filter((part) => part !== '').join('; and ');
    const start = `complete -c ${program}${condition === '' ? '' : ` -n ${quote(condition)}`}`;
    return [
      ...subcommands.map(({ name, summary }) => `${start} -f -a ${name} -d ${quote(summary)}`),
      ...options.map((option) => {
        const short = option.short === undefined ? '' : ` -s ${option.short}`;
        const value =
          option.choices === undefined
            ? option.value === undefined
              ? ''
              : ' -r'
            : ` -x -a ${quote(option.choices.join(' '))}`;
        return `${start} -l ${option.long}${short}${value} -d ${quote(option.help)}`;
      }),
    ];
  });
  return `# fish completion for ${program}\n${lines.join('\n')}\n`;
}

/** Single quotes for shells where a quote inside is written twice. */
function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function powershell(program: string, nodes: readonly Node[]): string {
  const cases = nodes.map((node) => {
    const entries = followers(node).map(text).join(', ');
    return `    ${text([program, ...node.words].join(' '))} { $words = @(${entries}) }`;
  });
  return `# PowerShell completion for ${program}
Register-ArgumentCompleter -Native -CommandName ${text(program)} -ScriptBlock {
  param($current, $ast, $position)
  $known = @(${nodes
    .slice(1)
    .map(({ words }) => text([program, ...words].join(' ')))
    .join(', ')})
  $path = ${text(program)}
  foreach ($element in $ast.CommandElements | Select-Object -Skip 1) {
    if ($known -contains "$path $element") { $path = "$path $element" }
  }
  $words = @()
  switch ($path) {
${cases.join('\n')}
  }
  $words | Where-Object { $_ -like "$current*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

function elvish(program: string, nodes: readonly Node[]): string {
  const entries = nodes.map(
    (node) => `  &${text([program, ...node.words].join(' '))}= [${followers(node).map(text).join(' ')}]`,
  );
  return `# elvish completion for ${program}
var words-of-${program} = [
${entries.join('\n')}
]
set edit:completion:arg-completer[${program}] = {|@words|
  var path = ${program}
  for word $words[1..-1] {
    if (has-key $words-of-${program} $path' '$word) {
      set path = $path' '$word
    }
  }
  all $words-of-${program}[$path]
}
`;
}
