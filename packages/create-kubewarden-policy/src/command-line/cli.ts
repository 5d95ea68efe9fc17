import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  checkAuthor,
  checkDescription,
  checkLanguage,
  checkName,
  checkOwner,
  defaults,
  type Answers,
} from '../answers.ts';
import { createPolicy } from '../create-policy.ts';
import { CreatePolicyError } from '../errors.ts';
import { defaultLanguage, languages } from '../languages.ts';
import { describeNextSteps } from '../next-steps.ts';
import { help } from './help.ts';
import type { Ask } from './questions.ts';

/** What the program is connected to. */
export interface Surroundings {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Only where there is somebody to ask. */
  readonly ask?: Ask;
}

const options = {
  language: { type: 'string', short: 'l' },
  description: { type: 'string', short: 'd' },
  author: { type: 'string', short: 'a' },
  owner: { type: 'string' },
  directory: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

/** Options that npm takes for itself when the two dashes before them are forgotten. */
const swallowed = ['language', 'owner', 'directory'] as const;

const usageExitCode = 2;

/**
 * Runs the program.
 *
 * @param words - the arguments, without the program's name
 * @returns the exit code: 0, 1 when nothing could be created, 2 for a command line that cannot be understood
 */
export async function runCli(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  let parsed;
  try {
    parsed = parseWords(words, surroundings.environment);
  } catch (error) {
    stderr(`error: ${(error as Error).message}\n\nFor more information, try '--help'.\n`);
    return usageExitCode;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    stdout(help);
    return 0;
  }
  if (values.version) {
    const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    stdout(`create-kubewarden-policy ${(JSON.parse(manifest) as { version: string }).version}\n`);
    return 0;
  }
  try {
    const ask = values.yes ? undefined : surroundings.ask;
    const answers = await completeAnswers({ ...values, name: positionals[0] }, ask);
    const created = await createPolicy(answers, values.directory);
    stdout(describeNextSteps(created, process.cwd()));
    return 0;
  } catch (error) {
    if (!(error instanceof CreatePolicyError)) throw error;
    stderr(`Error: ${error.message}\n`);
    return 1;
  }
}

function parseWords(
  words: readonly string[],
  environment: Surroundings['environment'],
): ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>> {
  const parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  const [policyName = 'NAME', surplus] = parsed.positionals;
  for (const name of swallowed) {
    const value = environment[`npm_config_${name}`];
    if (value === undefined || parsed.values[name] !== undefined) continue;
    // npm may take the option for a switch, and leave its value.
    const meant = value === 'true' ? (surplus ?? 'VALUE') : value;
    throw new Error(
      `npm took --${name} for itself; put two dashes before the options: ` +
        `npm create kubewarden-policy ${policyName} -- --${name} ${meant}`,
    );
  }
  if (surplus !== undefined) throw new Error(`unexpected argument '${surplus}': a policy has one name`);
  return parsed;
}

type PartialAnswers = Omit<Answers, 'name'> & { name: string | undefined; directory?: string | undefined };

async function completeAnswers(given: PartialAnswers, ask: Ask | undefined): Promise<Answers> {
  const { directory } = given;
  const folderName = directory === undefined ? undefined : basename(resolve(directory));
  if (ask === undefined) {
    const name = given.name ?? folderName;
    if (name === undefined) {
      throw new CreatePolicyError('the policy needs a name: npm create kubewarden-policy NAME');
    }
    return { ...given, name };
  }
  // What was given must be right before anything is asked.
  if (given.name !== undefined) checkName(given.name);
  if (given.language !== undefined) checkLanguage(given.language);
  const name =
    given.name ??
    (await ask({
      text: 'Name of the policy',
      check: checkName,
      ...(folderName === undefined ? {} : { otherwise: folderName }),
    }));
  const language =
    given.language ??
    (await ask({
      text: 'Language',
      choices: languages.map(({ name, title, needs }) => `${name}: ${title}; needs ${needs}`),
      otherwise: defaultLanguage,
      check: (answer) => checkName(name, checkLanguage(answer)),
    }));
  const description =
    given.description ??
    (await ask({ text: 'What it does', otherwise: defaults.description, check: checkDescription }));
  const author =
    given.author ?? (await ask({ text: 'Author', otherwise: defaults.author, check: checkAuthor }));
  const owner =
    given.owner ?? (await ask({ text: 'Owner on GitHub', otherwise: defaults.owner, check: checkOwner }));
  return { name, language, description, author, owner };
}
