/**
 * Embeds a policy's metadata in its module, as `kwctl annotate` does.
 *
 * usage: node annotate.ts MODULE OUT METADATA.yml [README.md]
 */
import { readFile, writeFile } from 'node:fs/promises';
import { annotateModule, annotationKeys, decodeMetadata, validateMetadata } from '@kubewarden/policy';
import { parse } from 'yaml';

/**
 * A copy of a module with metadata.
 *
 * @param metadata - what a metadata.yml holds
 * @param usage - Markdown, for operators
 */
export function annotate(module: Uint8Array, metadata: unknown, usage?: string): Uint8Array {
  const declared = decodeMetadata(new TextEncoder().encode(JSON.stringify(metadata)));
  const decoded =
    usage === undefined
      ? declared
      : { ...declared, annotations: { ...declared.annotations, [annotationKeys.usage]: usage } };
  const [problem] = validateMetadata(decoded);
  if (problem !== undefined) throw new Error(`metadata: ${problem.path}: ${problem.message}`);
  return annotateModule(module, decoded);
}

if (import.meta.main) {
  const [module, out, metadata, readme] = process.argv.slice(2);
  if (module === undefined || out === undefined || metadata === undefined) {
    throw new Error('usage: node annotate.ts MODULE OUT METADATA.yml [README.md]');
  }
  const usage = readme === undefined ? undefined : await readFile(readme, 'utf8');
  await writeFile(out, annotate(await readFile(module), parse(await readFile(metadata, 'utf8')), usage));
}
