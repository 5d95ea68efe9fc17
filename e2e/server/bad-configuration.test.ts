/**
 * Configurations that the real policy-server refuses: it ends with exit code 1 and one line that says where the
 * mistake is, so that nobody has to guess, and a rolling update keeps the old server.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { annotate } from '../../guests/annotate.ts';
import { guests } from './honest.ts';
import { refusedStart } from './refused-start.ts';

const good = `file://${guests}/rust/pod-privileged.wasm`;
const file = 'error while loading policies from "[^"]*/policies.yml": ';

test.concurrent.each<[name: string, policies: string, error: RegExp]>([
  ['nothing', '', RegExp(`${file}the file: must be a mapping`)],
  ['a list', `- module: ${good}`, RegExp(`${file}line 1: the file: must be a mapping, not a list`)],
  [
    'neither a policy nor a group',
    'p:\n  settings: {}',
    RegExp(`${file}line 2: policy 'p': has neither 'module'`),
  ],
  [
    'an unknown field',
    `p:\n  module: ${good}\n  policyMod: monitor`,
    RegExp(`${file}line 3: policy 'p': field 'policyMod' is unknown`),
  ],
  [
    'an unknown field of a member',
    `g:\n  expression: a()\n  message: m\n  policies:\n    a:\n      module: ${good}\n      policyMode: protect`,
    RegExp(`${file}line 7: policy 'g/a': field 'policyMode' is unknown`),
  ],
  [
    'a number for a module',
    'p:\n  module: 3',
    RegExp(`${file}line 2: policy 'p': field 'module' must be a string, not 3`),
  ],
  [
    'an unknown mode',
    `p:\n  module: ${good}\n  policyMode: strict`,
    RegExp(`${file}line 3: policy 'p': field 'policyMode' must be 'protect' or 'monitor', not 'strict'`),
  ],
  [
    'text for a boolean',
    `p:\n  module: ${good}\n  allowedToMutate: "yes"`,
    RegExp(`${file}line 3: policy 'p': field 'allowedToMutate' must be true or false`),
  ],
  [
    'no time at all',
    `p:\n  module: ${good}\n  timeoutEvalSeconds: 0`,
    RegExp(`${file}line 3: policy 'p': field 'timeoutEvalSeconds' must be a whole number of at least 1`),
  ],
  [
    'a list of settings',
    `p:\n  module: ${good}\n  settings: [1]`,
    RegExp(`${file}line 3: policy 'p': field 'settings' must be a mapping, not a list`),
  ],
  [
    'a slash in a name',
    `a/b: {module: ${good}}`,
    RegExp(`${file}policy name 'a/b' contains a '/' character`),
  ],
  [
    'a capability that is none',
    `p:\n  module: ${good}\n  hostCapabilities: ["oci/v1/*/x"]`,
    /invalid hostCapabilities pattern for policy p: invalid pattern "oci\/v1\/\*\/x"/,
  ],
  [
    'half an expression',
    `g: {expression: "a() &&", message: m, policies: {a: {module: "${good}"}}}`,
    /g: error evaluating policy group expression: Syntax error/,
  ],
  [
    'an expression with a stranger',
    `g: {expression: "a() || b()", message: m, policies: {a: {module: "${good}"}}}`,
    /g: error evaluating policy group expression: Function not found: b/,
  ],
])('a policies file with %s', async (_name, policies, error) => {
  const { code, errors } = await refusedStart(policies);
  expect(errors).toMatch(RegExp(`^Error: .*${error.source}.*\n$`));
  expect(code).toBe(1);
});

test.concurrent.each<[name: string, policies: string, error: string]>([
  ['is no YAML', 'p: [', 'at line 1, column 5'],
  ['names a policy twice', `p: {module: ${good}}\np: {module: ${good}}`, 'Map keys must be unique at line 2'],
])('a policies file that %s is shown with the place', async (_name, policies, error) => {
  const { code, errors } = await refusedStart(policies);
  expect(errors.split('\n')[0]).toMatch(RegExp(`^Error: ${file}.*${error}`));
  expect(errors).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
});

const folder = mkdtempSync(join(tmpdir(), 'kubewarden-modules-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A Rego module that needs a builtin which nobody has, with metadata. */
function unknownBuiltin(): string {
  const metadata = parse(readFileSync(join(guests, 'rego/gatekeeper.metadata.yml'), 'utf8')) as unknown;
  const path = join(folder, 'unsupported.wasm');
  writeFileSync(path, annotate(readFileSync(join(guests, 'rego/unsupported.wasm')), metadata));
  return path;
}

/** A good module, and then nothing but zeros up to a gigabyte; the file has holes, and needs no room. */
function gigabyte(): string {
  const path = join(folder, 'gigabyte.wasm');
  copyFileSync(join(guests, 'rust/pod-privileged.wasm'), path);
  truncateSync(path, 1024 ** 3);
  return path;
}

const guest = (name: string) => (): string => join(guests, name);

test.concurrent.each<[name: string, module: () => string, error: string]>([
  ['does not exist', () => join(folder, 'missing.wasm'), 'ENOENT: no such file or directory'],
  ['is a folder', () => folder, 'is no regular file'],
  ['is a device without end', () => '/dev/zero', '/dev/zero is no regular file'],
  ['is empty', guest('wat/module/empty.wasm'), 'not a WebAssembly module'],
  ['is a shell script', guest('wat/module/not-wasm.wasm'), 'not a WebAssembly module'],
  ['is half a module', guest('wat/module/truncated.wasm'), 'section 10 has 175 bytes but only 95 are left'],
  ['is a component', guest('wat/module/component.wasm'), 'this is a WebAssembly component'],
  ['is of another version', guest('wat/module/other-version.wasm'), 'WebAssembly version 2 is not supported'],
  ['is not annotated', guest('rego/unsupported.wasm'), 'Policy is missing protocol version'],
  ['needs an unknown builtin', unknownBuiltin, 'builtin'],
  [
    'imports a function that waPC does not have',
    guest('wat/wapc/import-unknown-function.wasm'),
    'unknown import: `wapc::__host_secrets` has not been defined',
  ],
  [
    'imports a function that WASI does not have',
    guest('wat/wasi/import-unknown-function.wasm'),
    'unknown import: `host::secrets` has not been defined',
  ],
  ['wants 4 GiB to start', guest('wat/wapc/memory-of-4-gib.wasm'), 'at most 536870912 are allowed'],
  ['wants shared memory', guest('wat/wapc/memory-shared.wasm'), 'shared memory, which is not supported'],
  ['is a gigabyte long', gigabyte, 'has 1073741824 bytes, at most 268435456 are allowed'],
  ['finds no settings valid', guest('wat/wapc/settings-invalid.wasm'), 'no settings please'],
  ['checks its settings for ever', guest('wat/wapc/loop-in-settings.wasm'), 'execution deadline exceeded'],
  ['starts for ever', guest('wat/wapc/loop-in-start-section.wasm'), 'execution deadline exceeded'],
])('a module that %s', async (_name, module, error) => {
  const policies = { 'the-policy': { module: `file://${module()}` } };
  const { code, errors } = await refusedStart(JSON.stringify(policies), ['--policy-timeout', '1']);
  expect(errors).toMatch(/^Error: .*the-policy.*\n$/);
  expect(errors).toContain(error);
  expect(code).toBe(1);
});
