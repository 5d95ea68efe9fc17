/**
 * Embeds a policy's metadata in its module, as `kwctl annotate` does.
 *
 * usage: node annotate.ts MODULE OUT METADATA.yml
 */
import { readFile, writeFile } from 'node:fs/promises';
import { annotateModule, decodeMetadata, validateMetadata } from '@kubewarden/policy';
import { parse } from 'yaml';

/**
 * A copy of a module with metadata.
 *
 * @param metadata - what a metadata.yml holds
 */
export function annotate(module: Uint8Array, metadata: unknown): Uint8Array {
  const decoded = decodeMetadata(new TextEncoder().encode(JSON.stringify(metadata)));
  const [problem] = validateMetadata(decoded);
  if (problem !== undefined) throw new Error(`metadata: ${problem.path}: ${problem.message}`);
  return annotateModule(module, decoded);
}

if (import.meta.main) {
  const [module, out, metadata] = process.argv.slice(2);
  if (module === undefined || out === undefined || metadata === undefined) {
    throw new Error('usage: node annotate.ts MODULE OUT METADATA.yml');
  }
  await writeFile(out, annotate(await readFile(module), parse(await readFile(metadata, 'utf8'))));
}
