import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { templateFolder } from './folders.ts';

/** A file of a policy that is about to be created. */
export interface TemplateFile {
  /** Below the policy's folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Files of every policy; a language may have its own in their place. */
const common = 'common';

/** Names for what npm would not leave in a package as it is. */
const renamed: Readonly<Record<string, string>> = { _gitignore: '.gitignore' };

/**
 * The files of a template, those that all languages have in common included, with what stands for their values in
 * double braces.
 *
 * @param language - name of a folder in `templates`
 */
export async function readTemplate(language: string): Promise<TemplateFile[]> {
  const files = new Map([...(await readFolder(common)), ...(await readFolder(language))]);
  return [...files]
    .map(([path, text]) => ({ path, text }))
    .toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}

async function readFolder(name: string): Promise<[path: string, text: string][]> {
  const folder = templateFolder(name);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry): Promise<[string, string]> => {
        const at = join(entry.parentPath, entry.name);
        const path = relative(folder, entry.parentPath).split(sep).filter(Boolean);
        path.push(renamed[entry.name] ?? entry.name);
        return [path.join('/'), await readFile(at, 'utf8')];
      }),
  );
}
