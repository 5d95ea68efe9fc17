import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkAnswers, type Answers } from './answers.ts';
import type { Language } from './languages.ts';
import { fillIn } from './template/fill-in.ts';
import { readTemplate } from './template/read-template.ts';
import { writeFiles } from './template/write-files.ts';

export interface CreatedPolicy {
  readonly name: string;
  readonly language: Language;
  /** Absolute path. */
  readonly folder: string;
  /** What was written, below the folder, with slashes. */
  readonly files: readonly string[];
}

/**
 * Creates a policy from a template: source, tests, metadata, README, and workflows that test, publish and sign it.
 *
 * @param directory - a folder that is new or empty; a repository without files counts as empty. Default: the folder
 * of the policy's name, where the process runs
 * @throws CreatePolicyError if an answer cannot be, or the folder cannot; then nothing was written
 */
export async function createPolicy(answers: Answers, directory?: string): Promise<CreatedPolicy> {
  const identity = checkAnswers(answers);
  const { name, displayName, language, description, author, owner } = identity;
  const folder = resolve(directory ?? name);
  const values = {
    name,
    displayName,
    description,
    author,
    owner,
    // The names of images have no upper case.
    imageOwner: owner.toLowerCase(),
    version: await kubewardenVersion(),
  };
  const template = await readTemplate(language.name);
  const files = template.map((file) => fillIn(file, values));
  await writeFiles(folder, files);
  return { name, language, folder, files: files.map(({ path }) => path) };
}

/** All packages are published together, so that the version of this one is that of those that templates depend on. */
async function kubewardenVersion(): Promise<string> {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
