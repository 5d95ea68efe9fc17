/**
 * Embeds a policy's metadata in its module.
 *
 * usage: node annotate.ts MODULE OUT METADATA.yml
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parse } from 'yaml';

const encoder = new TextEncoder();

/** The module with the metadata appended as the custom section `io.kubewarden.metadata` (evaluator.md 1.2). */
export function annotate(module: Uint8Array, metadata: object): Uint8Array {
  const name = encoder.encode('io.kubewarden.metadata');
  const json = encoder.encode(JSON.stringify(metadata));
  const content = [...leb128(name.length), ...name, ...json];
  return Uint8Array.from([...module, 0, ...leb128(content.length), ...content]);
}

function leb128(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb128(value >>> 7)];
}

if (import.meta.main) {
  const [module, out, metadata] = process.argv.slice(2);
  if (module === undefined || out === undefined || metadata === undefined) {
    throw new Error('usage: node annotate.ts MODULE OUT METADATA.yml');
  }
  const parsed: unknown = parse(await readFile(metadata, 'utf8'));
  await writeFile(out, annotate(await readFile(module), parsed as object));
}
