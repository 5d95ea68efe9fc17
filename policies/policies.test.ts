import { annotationKeys, decodeMetadata, readMetadata, validateMetadata } from '@kubewarden/policy';
import type { Policy } from '@kubewarden/policy-sdk';
import { checkCase, checkSettingsCase, type PolicyUnderTest } from '@kubewarden/policy-sdk/testing';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { PolicyTables } from './testing/tables.ts';

const folder = (name: string): URL => new URL(`${name}/`, import.meta.url);
const text = (name: string, file: string): string => readFileSync(new URL(file, folder(name)), 'utf8');

/** Where the built modules of policies in Rego and Rust are: beside their sources, unless a build put them elsewhere. */
const modules = process.env['KUBEWARDEN_POLICIES_DIR'] ?? import.meta.dirname;

const sources = globSync('*/{policy.ts,policy.rego,Cargo.toml}', { cwd: import.meta.dirname }).toSorted();

const library = await Promise.all(
  sources.map(async (source) => {
    const [name, file] = source.split('/') as [string, string];
    const policy: PolicyUnderTest =
      file === 'policy.ts'
        ? ((await import(new URL(file, folder(name)).href)) as { default: Policy }).default
        : join(modules, name, 'policy.wasm');
    const { default: tables } = (await import(new URL('cases.ts', folder(name)).href)) as {
      default: PolicyTables;
    };
    return { name, policy, tables };
  }),
);

describe.each(library)('$name', ({ name, policy, tables }) => {
  test.each(tables.cases)('$name', (tested) => checkCase(policy, tested));

  test.each(tables.settings)('settings: $name', (tested) => checkSettingsCase(policy, tested));

  test('has cases of all that it decides, and a name for each', () => {
    const verdicts = tables.cases.map(({ expected: { accepted, mutatedObject } }) =>
      mutatedObject === undefined ? accepted : 'changed',
    );
    expect(verdicts).toContain(true);
    expect(new Set(verdicts).size).toBeGreaterThan(1);
    const all = [...tables.cases, ...tables.settings].map(({ name }) => name);
    expect(all).toEqual([...new Set(all)]);
  });

  test('has metadata that can be annotated', () => {
    const metadata = decodeMetadata(
      new TextEncoder().encode(JSON.stringify(parse(text(name, 'metadata.yml')))),
    );
    expect(validateMetadata(metadata)).toEqual([]);
    for (const key of ['title', 'version', 'description', 'author', 'license', 'displayName'] as const) {
      expect(metadata.annotations, key).toHaveProperty([annotationKeys[key]]);
    }
    expect(metadata.annotations?.[annotationKeys.title]).toBe(name);
    expect(metadata.mutating).toBe(
      tables.cases.some(({ expected: { mutatedObject } }) => mutatedObject !== undefined),
    );
    if (typeof policy !== 'string') return;
    const usage = { [annotationKeys.usage]: text(name, 'README.md') };
    expect(readMetadata(readFileSync(policy))).toEqual({
      ...metadata,
      annotations: { ...metadata.annotations, ...usage },
    });
  });

  test('describes its settings to people and to user interfaces', () => {
    const readme = text(name, 'README.md');
    expect(readme).toMatch(new RegExp(`^# ${name}\n`));
    const { questions } = parse(text(name, 'questions-ui.yml')) as { questions: { variable: string }[] };
    for (const { variable } of questions) expect(readme).toContain(`\`${variable}\``);
  });

  test('is in the list of the library', () => {
    expect(readFileSync(new URL('README.md', import.meta.url), 'utf8')).toContain(`[${name}](${name})`);
  });
});
