import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findProgram } from '../../tools/programs/program.ts';
import { startRegistry, type TestRegistry } from '../../tools/registries/registry.ts';
import { createWorkspace, repository, type Workspace } from './workspace.ts';

const module = join(repository, 'guests/rust/pod-privileged.wasm');
const request = join(repository, 'guests/requests/pod-privileged.json');

let from: TestRegistry;
let to: TestRegistry;
let author: Workspace;
let user: Workspace;

beforeAll(async () => {
  from = await startRegistry();
  to = await startRegistry();
  author = createWorkspace({ COSIGN_PASSWORD: 'secret' });
  author.trust(from);
  user = createWorkspace();
  user.trust(to);
});

afterAll(async () => {
  await from.stop();
  await to.stop();
  author.remove();
  user.remove();
});

function copy(name: string): Promise<unknown> {
  return promisify(execFile)(findProgram('skopeo'), [
    'copy',
    '--src-tls-verify=false',
    '--dest-tls-verify=false',
    `docker://${from.host}/${name}`,
    `docker://${to.host}/${name}`,
  ]);
}

test('a signed policy that skopeo copies to another registry is pulled and verified there', async () => {
  const key = join(author.folder, 'cosign.pub');
  await author.succeed('generate-key-pair');
  const pushed = await author.succeed('push', '-o', 'json', module, `${from.host}/demo:v1`);
  const { immutable_ref } = JSON.parse(pushed) as { immutable_ref: string };
  await author.succeed('sign', '--key', 'cosign.key', immutable_ref);

  await copy('demo:v1');
  const uri = `registry://${to.host}/demo:v1`;
  const unsigned = await user.kwctl('pull', '-k', key, uri);
  expect(unsigned).toMatchObject({ code: 1, stdout: '' });
  expect(unsigned.stderr).toContain('no signatures found for image');

  const digest = immutable_ref.split('@')[1]!;
  await copy(`demo:${digest.replace(':', '-')}.sig`);
  const { stderr } = await user.kwctl('pull', '-k', key, uri);
  expect(stderr).toContain('Policy successfully verified');
  expect(await user.succeed('run', '-k', key, '-r', request, uri)).toContain('"allowed":false');
});
