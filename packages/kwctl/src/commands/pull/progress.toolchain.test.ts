import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from '../../../../../tools/registries/registry.ts';
import { file, guest, kwctl, temporaryFolder } from '../../testing/kwctl.ts';

let registry: TestRegistry;
let sources: string;

beforeAll(async () => {
  registry = await startRegistry();
  sources = file('sources.yaml', `insecure_sources: ['${registry.host}']\n`);
});
afterAll(() => registry.stop());

/** A module of some size: a custom section that nobody reads is at its end. */
function largeModule(bytes: number): string {
  const name = Buffer.from('\u0004rest');
  const length = Buffer.alloc(5);
  for (let index = 0, rest = bytes + name.length; index < 5; index += 1, rest = Math.floor(rest / 128)) {
    length[index] = (rest % 128) | (index < 4 ? 0x80 : 0);
  }
  const module = readFileSync(guest('rust/pod-privileged.wasm'));
  return file('large.wasm', Buffer.concat([module, Buffer.of(0), length, name, Buffer.alloc(bytes)]));
}

test('a terminal shows what is transferred and how far it is; a pipe gets nothing of that', async () => {
  const uri = `registry://${registry.host}/large:v1`;
  const module = largeModule(3_000_000);
  const on = { environment: { XDG_CACHE_HOME: temporaryFolder() }, stderrIsTerminal: true };
  const pushed = await kwctl(['push', module, uri, '--sources-path', sources], on);
  expect(pushed.stderr).toMatch(/Pushing policy to localhost.* of 3\.\d\d MB, \d+ %\)/);
  const pulled = await kwctl(['pull', uri, '--sources-path', sources], on);
  expect(pulled.stdout).toBe('');
  expect(pulled.stderr).toContain(`Pulling policy from registry://localhost:`);
  expect(pulled.stderr).toMatch(/ of 3\.\d\d MB, 100 %\)/);
  expect(pulled.stderr).toMatch(new RegExp(`\\r\\u001b\\[2KSuccessfully pulled policy from ${uri}\\n$`));

  const again = await kwctl(['pull', uri, '--sources-path', sources], {
    environment: { XDG_CACHE_HOME: temporaryFolder() },
  });
  expect(again.stderr).not.toContain('Pulling');
  expect(again.stderr).not.toContain('\u001b');
});
