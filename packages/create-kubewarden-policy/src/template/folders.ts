import { fileURLToPath } from 'node:url';

/** Where the template of that name is. */
export function templateFolder(name: string): string {
  return fileURLToPath(new URL(`../../templates/${name}`, import.meta.url));
}
