import { globSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PolicyAbi } from '@kubewarden/policy-compiler';
import { checkCase, checkSettingsCase } from '@kubewarden/policy-sdk/testing';
import { describe, expect, test } from 'vitest';
import { buildPolicy } from './build.ts';
import type { PolicyTables } from './testing/tables.ts';

const output = mkdtempSync(join(tmpdir(), 'policies-'));
const names = globSync('*/policy.ts', { cwd: import.meta.dirname })
  .map((path) => path.slice(0, -'/policy.ts'.length))
  .toSorted();

/** What each table says of the policy as it is written holds for its modules, too. */
describe.each(names)('%s', (name) => {
  test.each<PolicyAbi>(['wapc', 'wasi'])('as a module for %s', async (abi) => {
    const module = join(output, `${name}.${abi}.wasm`);
    await buildPolicy(name, module, abi);
    const cases = join(import.meta.dirname, name, 'cases.ts');
    const { default: tables } = (await import(cases)) as { default: PolicyTables };
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
