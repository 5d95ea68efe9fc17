import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.ts';
import { CompileError, type CompileErrorCode } from './errors.ts';
import { policySource, project, testPolicy } from './testing/policy.ts';

async function failure(
  files: Readonly<Record<string, string>>,
  allowedGlobals: string[] = [],
): Promise<CompileError> {
  const entry = join(project(files), 'policy.ts');
  try {
    await compilePolicy({ entry, abi: 'wapc', allowedGlobals });
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
  throw new Error('it compiles');
}

/** A policy with this text in its second line, and whether it needs what stands in the body. */
const withTop = (top: string, body = 'return 1'): string => policySource(body, { top: `\n${top}` });

describe('a policy that cannot be compiled', () => {
  it.each<[CompileErrorCode, string, string, string]>([
    ['top-level-clock', withTop('const t = Date.now();', 'return t'), '2:16', 'read the clock in validate'],
    ['top-level-clock', withTop('const t = new Date();', 'return t'), '2:15', 'read the clock in validate'],
    ['top-level-clock', withTop('const t = Date();', 'return t'), '2:11', 'read the clock in validate'],
    [
      'top-level-random',
      withTop('let t = 0; try { t = Math.random(); } catch {}', 'return t'),
      '2:27',
      'draw it in',
    ],
    ['top-level-await', withTop('const t = await 1;', 'return t'), '2:11', 'move the await into a handler'],
    ['top-level-throw', withTop('const t = JSON.parse("{");', 'return t'), '2:16', 'must not fail'],
    ['top-level-throw', withTop('(async () => { throw new Error("x"); })();'), '2:26', 'must not fail'],
    [
      'top-level-host-call',
      withTop(
        'const t = (globalThis as any).__kw_host_call("kubewarden", "oci", "v1/verify", "");',
        'return t',
      ),
      '2:31',
      'call it in validate',
    ],
    [
      'top-level-limit',
      withTop('const t: number[] = []; while (true) t.push(...Array(50_000).fill(t.length));', 'return t'),
      '2:67',
      'move the work into a handler',
    ],
    ['top-level-limit', withTop('while (true) Math.sqrt(2);'), '2:19', 'move the work into a handler'],
    [
      'node-import',
      withTop('import { readFileSync } from "node:fs";', 'return readFileSync("x")'),
      '2:30',
      'import it',
    ],
    ['node-import', withTop('import path from "path";', 'return path.sep'), '2:18', 'pathe'],
    ['bundle', withTop('import x from "nowhere";', 'return x'), '2:15', 'npm install nowhere'],
    [
      'bundle',
      withTop('import x from "@scope/nowhere/part";', 'return x'),
      '2:15',
      'npm install @scope/nowhere',
    ],
    ['bundle', withTop('import x from "./nowhere.ts";', 'return x'), '2:15', 'check the path'],
    ['bundle', withTop('const = 1;'), '2:7', ''],
    [
      'unresolved-global',
      withTop('const later = () => setTimeout(() => 1, 1);', 'return later()'),
      '2:21',
      'await a promise',
    ],
    [
      'unresolved-global',
      withTop('declare const foo: any; const f = () => foo.bar;', 'return f()'),
      '2:41',
      'declare it',
    ],
    [
      'unresolved-global',
      withTop('const f = () => Buffer.from("x");', 'return f()'),
      '2:17',
      'use Uint8Array',
    ],
    ['no-default-export', 'export const policy = 1;', '1:1', 'export default definePolicy('],
    ['not-a-policy', '\nexport default { validate() {} };', '2:1', 'export default definePolicy('],
    [
      'not-a-policy',
      'const policy = 5; export { policy as default };',
      '1:1',
      'export default definePolicy(',
    ],
  ])('%s: %s', async (code, source, position, hint) => {
    const error = await failure({ 'policy.ts': source });
    expect({ code: error.code, message: error.message }).toEqual({
      code,
      message: expect.stringContaining(`policy.ts:${position}: `) as string,
    });
    expect(error.hint ?? '').toContain(hint);
    expect(error.message).toContain(hint);
    expect(error.message).not.toContain('\n');
  });

  it('names the file that is at fault', async () => {
    const source = policySource('return now', { top: `import { now } from './lib/clock.ts';` });
    const error = await failure({ 'policy.ts': source, 'lib/clock.ts': '\nexport const now = Date.now();' });
    expect(error.location).toEqual({ file: 'lib/clock.ts', line: 2, column: 25 });
  });

  it('points at the policy where a package is at fault', async () => {
    const error = await failure({
      'policy.ts': policySource('return seed', { top: `import { draw } from 'lib';\nconst seed = draw();` }),
      'node_modules/lib/package.json': '{"name":"lib","version":"1.0.0","main":"index.js"}',
      'node_modules/lib/index.js': 'exports.draw = () => Math.random();',
    });
    expect(error).toMatchObject({ code: 'top-level-random', location: { file: 'policy.ts', line: 2 } });
  });

  it('counts columns in UTF-16', async () => {
    const error = await failure({ 'policy.ts': '/* ü€😀 */ const = 1;' });
    expect(error.location).toEqual({ file: 'policy.ts', line: 1, column: 18 });
  });

  it('a file that is not there', async () => {
    await expect(compilePolicy({ entry: '/nowhere/policy.ts', abi: 'wapc' })).rejects.toMatchObject({
      code: 'entry-not-found',
      message: expect.stringContaining('/nowhere/policy.ts cannot be read') as string,
    });
  });

  it('metadata that break a rule', async () => {
    const entry = join(project({ 'policy.ts': policySource('return 1') }), 'policy.ts');
    const metadata = {
      rules: [{ apiGroups: [], apiVersions: ['v1'], resources: ['pods'], operations: [] }],
      mutating: false,
      backgroundAudit: true,
      executionMode: 'wasi' as const,
      policyType: 'kubernetes' as const,
      contextAwareResources: [],
    };
    await expect(compilePolicy({ entry, abi: 'wasi', metadata })).rejects.toMatchObject({
      code: 'metadata',
      message: expect.stringContaining('rules[0].apiGroups') as string,
    });
  });
});

describe('a global that policies do not have', () => {
  it('is no error if the program asks whether it exists', async () => {
    const body = `return typeof process === 'undefined' ? 'none' : process.env.HOME`;
    const policy = await testPolicy(policySource(body, { top: 'declare const process: any;' }), 'wapc');
    expect(await policy.message()).toBe('none');
  });

  it('may be allowed; reaching it is an error of the policy', async () => {
    const source = policySource('return request.late ? setTimeout(() => 1, 1) : "at once"');
    const policy = await testPolicy(source, 'wapc', { allowedGlobals: ['setTimeout'] });
    expect(await policy.message()).toBe('at once');
    expect(await policy.message({ late: true })).toMatch(/^ReferenceError: .*setTimeout.* \(policy\.ts:3\)$/);
  });

  it('of a package is an error that says so', async () => {
    const error = await failure({
      'policy.ts': policySource('return f()', { top: `import { f } from 'lib';` }),
      'node_modules/lib/package.json': '{"name":"lib","version":"1.0.0","main":"index.js"}',
      'node_modules/lib/index.js': 'exports.f = () => unheardOf;',
    });
    expect(error.message).toBe(
      'node_modules/lib/index.js:1:19: unheardOf is not defined in a policy; use another package, or allow the global if this code is never reached',
    );
  });
});
