/**
 * Runs publint over every package that we publish; exits with 1 if one has a problem.
 */
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = fileURLToPath(new URL('..', import.meta.url));
let failed = false;
for (const manifest of globSync('packages/*/package.json', { cwd: root }).toSorted()) {
  const { messages, pkg } = await publint({
    pkgDir: join(root, dirname(manifest)),
    level: 'warning',
    strict: true,
  });
  for (const message of messages) {
    failed = true;
    console.error(`${dirname(manifest)}: ${formatMessage(message, pkg) ?? message.code}`);
  }
}
if (failed) process.exit(1);
console.log('publint: every package is fit to publish');
