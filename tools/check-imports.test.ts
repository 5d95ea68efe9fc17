import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { checkImports } from './check-imports.ts';

function project(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'check-imports-'));
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), source);
  }
  return root;
}

test.each([
  ['an upward import is fine', { 'packages/kwctl/src/a.ts': "import '@kubewarden/policy';" }, []],
  [
    'a downward import is an offence',
    { 'packages/policy/src/a.ts': "\nimport type { X } from '@kubewarden/evaluator';" },
    ['packages/policy/src/a.ts:2: policy (row 1) must not import evaluator (row 2)'],
  ],
  [
    'so is a sideways one',
    { 'packages/registry/src/a.ts': "export * from '@kubewarden/evaluator';" },
    ['packages/registry/src/a.ts:1: registry (row 2) must not import evaluator (row 2)'],
  ],
  [
    'a browser package keeps away from Node',
    { 'packages/evaluator/src/a.ts': "const fs = await import('node:fs');" },
    ['packages/evaluator/src/a.ts:1: evaluator runs in browsers and must not import node:fs'],
  ],
  [
    'what ends up in policies imports types at most',
    {
      'packages/policy-sdk/src/a.ts':
        "import type { A } from 'kubernetes-types/core/v1.js';\nimport { b, type C } from 'valibot';\n" +
        "export type { D } from 'kubernetes-types/core/v1.js';\nimport '@kubewarden/policy';",
    },
    [
      'packages/policy-sdk/src/a.ts:2: policy-sdk ends up in policies and must not import valibot',
      'packages/policy-sdk/src/a.ts:4: policy-sdk ends up in policies and must not import @kubewarden/policy',
    ],
  ],
  [
    'a part of a package may be in a row of its own',
    {
      'packages/policy-sdk/src/a.ts': 'export const a = 1;',
      'packages/policy-sdk/src/testing/b.ts':
        "import '../a.ts';\nimport 'node:fs';\nawait import('@kubewarden/evaluator');\nimport '@kubewarden/kwctl';",
    },
    ['packages/policy-sdk/src/testing/b.ts:4: policy-sdk/testing (row 3) must not import kwctl (row 5)'],
  ],
  [
    'another package is not entered by path',
    {
      'packages/policy/src/a.ts': 'export const a = 1;',
      'packages/evaluator/src/b.ts': "import '../../policy/src/a.ts';",
    },
    ['packages/evaluator/src/b.ts:1: ../../policy/src/a.ts leaves the package'],
  ],
  [
    'files do not form circles',
    { 'packages/policy/src/a.ts': "import './b.ts';", 'packages/policy/src/b.ts': "import './a.ts';" },
    ['circle: packages/policy/src/a.ts → packages/policy/src/b.ts → packages/policy/src/a.ts'],
  ],
])('%s', (_name, files, expected) => {
  expect(checkImports(project(files))).toEqual(expected);
});
