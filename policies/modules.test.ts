import { mkdtempSync, readFileSync, writeFileSync, globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeMetadata, type Metadata } from '@kubewarden/policy';
import { compilePolicy, type PolicyAbi } from '@kubewarden/policy-compiler';
import { checkCase, checkSettingsCase } from '@kubewarden/policy-sdk/testing';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { PolicyTables } from './testing/tables.ts';

const output = mkdtempSync(join(tmpdir(), 'policies-'));
const names = globSync('*/policy.ts', { cwd: import.meta.dirname })
  .map((path) => path.slice(0, -'/policy.ts'.length))
  .toSorted();

const file = (name: string, file: string): string => join(import.meta.dirname, name, file);

function metadataOf(name: string): Metadata {
  const yaml: unknown = parse(readFileSync(file(name, 'metadata.yml'), 'utf8'));
  return decodeMetadata(new TextEncoder().encode(JSON.stringify(yaml)));
}

/** What each table says of the policy as it is written holds for its modules, too. */
describe.each(names)('%s', (name) => {
  test.each<PolicyAbi>(['wapc', 'wasi'])('as a module for %s', async (abi) => {
    const { wasm } = await compilePolicy({
      entry: file(name, 'policy.ts'),
      abi,
      metadata: metadataOf(name),
    });
    const module = join(output, `${name}.${abi}.wasm`);
    writeFileSync(module, wasm);
    const { default: tables } = (await import(file(name, 'cases.ts'))) as { default: PolicyTables };
    const failures: string[] = [];
    const attempt = async (title: string, check: () => Promise<void>): Promise<void> => {
      try {
        await check();
      } catch (error) {
        failures.push(`${title}: ${(error as Error).message}`);
      }
    };
    for (const tested of tables.cases) await attempt(tested.name, () => checkCase(module, tested));
    for (const tested of tables.settings) {
      await attempt(`settings: ${tested.name}`, () => checkSettingsCase(module, tested));
    }
    expect(failures).toEqual([]);
  });
});
