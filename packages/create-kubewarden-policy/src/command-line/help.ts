import { defaults } from '../answers.ts';
import { defaultLanguage, languages } from '../languages.ts';

const width = Math.max(...languages.map(({ name }) => name.length));

/** What `--help` prints. */
export const help = `Creates a Kubewarden policy: source, tests, metadata, README, and workflows that publish and sign it.

Usage: npm create kubewarden-policy [NAME] [-- OPTIONS]

  NAME   name of the policy and of its folder: a DNS label, such as trusted-registries

On a terminal, what is not given is asked for. Elsewhere, only NAME is needed.

Options:
  -l, --language <LANGUAGE>     language of the policy [default: ${defaultLanguage}]
  -d, --description <TEXT>      what the policy does, in one line
                                [default: ${defaults.description}]
  -a, --author <NAME <EMAIL>>   who answers for it [default: ${defaults.author}]
      --owner <OWNER>           user or organization on GitHub that will publish it
                                [default: ${defaults.owner}]
      --directory <PATH>        folder to create it in, new or empty [default: NAME]
  -y, --yes                     ask nothing, take the defaults
  -h, --help                    print this
  -V, --version                 print the version

Languages, and what they need:
${languages.map(({ name, title, needs }) => `  ${name.padEnd(width)}   ${title}: ${needs}`).join('\n')}

Examples:
  npm create kubewarden-policy
  npm create kubewarden-policy trusted-registries
  npm create kubewarden-policy trusted-registries -- --language rust --owner acme
  mkdir here && cd here && npm create kubewarden-policy trusted-registries -- --directory .
`;
