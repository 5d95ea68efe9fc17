import { mkdtemp, rm } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { languages } from 'create-kubewarden-policy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PackageRegistry, startPackageRegistry } from '../../tools/programs/package-registry.ts';
import { findProgram } from '../../tools/programs/program.ts';
import { mustRun, plainEnvironment } from './commands.ts';

let registry: PackageRegistry;
let work: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  registry = await startPackageRegistry();
  work = await mkdtemp(join(tmpdir(), 'create-policy-'));
  const npm = plainEnvironment({
    npm_config_registry: registry.url,
    npm_config_cache: join(work, '.npm-cache'),
  });
  await mustRun('npm install --prefix tools @kubewarden/kwctl', work, npm);
  const folders = [join(work, 'tools/node_modules/.bin'), process.env['KUBEWARDEN_TOOLS_DIR'], npm['PATH']];
  const path = folders.filter((folder) => folder !== undefined).join(delimiter);
  // Debian's compiler, whatever other there is.
  environment = { ...npm, PATH: path, CARGO: '/usr/bin/cargo', RUSTC: '/usr/bin/rustc' };
});

afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(work, { recursive: true, force: true });
});

/** What each language needs, but for npm and make. */
const programs: Readonly<Record<string, readonly Parameters<typeof findProgram>[0][]>> = {
  rust: ['bats', 'wasm-ld-19'],
  opa: ['bats', 'opa'],
  gatekeeper: ['bats', 'opa'],
  go: ['bats', 'go'],
};

describe.each(languages.filter(({ name }) => name !== 'typescript'))('$name', ({ name, commands }) => {
  const minutes = 60_000;

  test(
    'kwctl creates a policy that is built and tested with one command each',
    { timeout: 20 * minutes },
    async () => {
      for (const program of programs[name]!) findProgram(program);
      await mustRun(
        `kwctl scaffold policy --language ${name} --owner acme ${name}-policy`,
        work,
        environment,
      );
      const folder = join(work, `${name}-policy`);

      const tested = await mustRun(commands.test, folder, environment);
      const built = await mustRun(commands.build, folder, environment);

      const module = join(folder, 'annotated-policy.wasm');
      console.info(
        `${name}: test ${tested.seconds.toFixed(1)} s, build ${built.seconds.toFixed(1)} s, ${statSync(module).size} bytes`,
      );
      const evaluate =
        'kwctl run --settings-path test_data/settings.json annotated-policy.wasm --request-path test_data';
      expect((await mustRun(`${evaluate}/pod-trusted.json`, folder, environment)).stdout).toContain(
        '"allowed":true',
      );
      const rejected = await mustRun(`${evaluate}/pod-untrusted.json`, folder, environment);
      expect(rejected.stdout).toContain('"allowed":false');
      expect(rejected.stdout).toContain('nginx');
      const { stdout } = await mustRun('kwctl inspect -o yaml annotated-policy.wasm', folder, environment);
      expect(stdout).toContain(`ghcr.io/acme/policies/${name}-policy`);
    },
  );
});
