import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './kwctl.ts';

/** A store as earlier downloads left it, and the environment in which kwctl finds it. */
export interface TestStore {
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly path: (name: string) => string;
}

/** @param files by their path in the store: text, or the file to copy */
export function createStore(
  files: Readonly<Record<string, string | { readonly copyOf: string }>>,
): TestStore {
  const cache = temporaryFolder();
  const root = join(cache, 'kubewarden/store');
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'string') writeFileSync(path, content);
    else copyFileSync(content.copyOf, path);
  }
  return { root, environment: { XDG_CACHE_HOME: cache }, path: (name) => join(root, name) };
}
