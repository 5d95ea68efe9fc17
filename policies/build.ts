import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { annotationKeys, decodeMetadata, type Metadata } from '@kubewarden/policy';
import { compilePolicy, type PolicyAbi } from '@kubewarden/policy-compiler';
import { parse } from 'yaml';

/**
 * Builds a policy of the library that is written in TypeScript, annotated with its metadata and its README.
 *
 * @param name - its folder
 * @param output - the file that becomes the module
 */
export async function buildPolicy(name: string, output: string, abi: PolicyAbi = 'wapc'): Promise<void> {
  const folder = join(import.meta.dirname, name);
  const { wasm } = await compilePolicy({
    entry: join(folder, 'policy.ts'),
    abi,
    metadata: readPolicyMetadata(folder),
  });
  writeFileSync(output, wasm);
}

function readPolicyMetadata(folder: string): Metadata {
  const yaml: unknown = parse(readFileSync(join(folder, 'metadata.yml'), 'utf8'));
  const metadata = decodeMetadata(new TextEncoder().encode(JSON.stringify(yaml)));
  const usage = readFileSync(join(folder, 'README.md'), 'utf8');
  return { ...metadata, annotations: { ...metadata.annotations, [annotationKeys.usage]: usage } };
}
