import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PackageRegistry, startPackageRegistry } from '../../tools/programs/package-registry.ts';
import { mustRun, plainEnvironment, runLine } from './commands.ts';

let registry: PackageRegistry;
let empty: string;
let environment: NodeJS.ProcessEnv;
let policy: string;
const figures: [step: string, seconds: number][] = [];

beforeAll(async () => {
  registry = await startPackageRegistry();
  empty = await mkdtemp(join(tmpdir(), 'create-policy-'));
  policy = join(empty, 'trusted-registries');
  environment = plainEnvironment({
    npm_config_registry: registry.url,
    npm_config_cache: join(empty, '.npm-cache'),
  });
});

afterAll(async () => {
  const total = figures.reduce((sum, [, seconds]) => sum + seconds, 0);
  console.info(
    [...figures, ['total', total] as const].map(([step, s]) => `${s.toFixed(1)} s  ${step}`).join('\n'),
  );
  await registry[Symbol.asyncDispose]();
  await rm(empty, { recursive: true, force: true });
});

async function step(line: string, folder: string): Promise<string> {
  const { output, seconds } = await mustRun(line, folder, environment);
  figures.push([line, seconds]);
  return output;
}

const evaluate = (request: string): string =>
  `npx kwctl run --request-path test_data/${request}.json --settings-path test_data/settings.json policy.wasm`;

describe('from an empty folder to an evaluated policy, with npm alone', () => {
  test('npm creates it', async () => {
    const output = await step('npm create kubewarden-policy trusted-registries', empty);
    expect(output).toContain('Created trusted-registries, a policy in TypeScript');
    expect(existsSync(join(policy, '.gitignore'))).toBe(true);
    await step('npm install', policy);
  });

  test('its tests pass, against the source and the module', async () => {
    const output = await step('npm test', policy);
    expect(output).toMatch(/fail 0/);
    expect(output).toMatch(/pass 16/);
    await step('npm run typecheck', policy);
  });

  test('it becomes a module with metadata, within the bounds of size', async () => {
    await step('npm run build', policy);
    const { size } = statSync(join(policy, 'policy.wasm'));
    console.info(`policy.wasm: ${size} bytes`);
    expect(size).toBeLessThan(900_000);
    const inspected = await mustRun('npx kwctl inspect --output yaml policy.wasm', policy, environment);
    expect(inspected.stdout).toContain('io.kubewarden.policy.title: trusted-registries');
  });

  test('kwctl evaluates requests with it', async () => {
    expect(await step(evaluate('pod-trusted'), policy)).toContain('"allowed":true');
    const rejected = await mustRun(evaluate('pod-untrusted'), policy, environment);
    expect(rejected.stdout).toContain('"allowed":false');
    expect(rejected.stdout).toContain('web (nginx)');
  });

  test('its package for Artifact Hub can be made', async () => {
    const { stdout } = await mustRun('npx kwctl scaffold artifacthub', policy, environment);
    expect(stdout).toContain('displayName: Trusted Registries');
    expect(stdout).toContain('registries');
  });

  test('after an edit, the tests say what has changed', async () => {
    const source = join(policy, 'policy.ts');
    writeFileSync(source, readFileSync(source, 'utf8').replace('untrusted registries:', 'other registries:'));
    const { code, output } = await runLine('npm test', policy, environment);
    expect(code).not.toBe(0);
    expect(output).toContain('other registries');
  });

  test('it is never created twice', async () => {
    const again = await runLine('npm create kubewarden-policy trusted-registries', empty, environment);
    expect(again.code).toBe(1);
    expect(again.output).toContain('is not empty');
  });

  test('options that npm has taken for itself are noticed', async () => {
    const { code, output } = await runLine(
      'npm create kubewarden-policy another --language rust',
      empty,
      environment,
    );
    expect(code).not.toBe(0);
    expect(output).toContain('put two dashes before the options');
    expect(existsSync(join(empty, 'another'))).toBe(false);
  });
});
