/**
 * Starts a policy-server with the policies of this folder on loopback, and says how to talk to it.
 *
 * Usage: npm start [-- policy-server flags]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildPolicy } from '../../policies/build.ts';

const port = process.env['PORT'] ?? '3000';
const readinessPort = process.env['READINESS_PORT'] ?? '8081';
const root = fileURLToPath(new URL('../..', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'kubewarden-quick-start-'));
const policies = join(folder, 'policies.yml');
const template = readFileSync(new URL('policies.yml', import.meta.url), 'utf8');
writeFileSync(
  policies,
  template.replaceAll('${GUESTS}', join(root, 'guests')).replaceAll('${POLICIES}', folder),
);
const names = new Set([...template.matchAll(/\$\{POLICIES\}\/([a-z-]+)\.wasm/g)].map(([, name]) => name!));
console.log(`building ${[...names].join(', ')} from TypeScript`);
for (const name of names) await buildPolicy(name, join(folder, `${name}.wasm`));

const server = spawn(
  process.execPath,
  [
    join(root, 'packages/policy-server/dist/main.js'),
    '--addr',
    '127.0.0.1',
    '--port',
    port,
    '--readiness-probe-port',
    readinessPort,
    '--policies',
    policies,
    '--policies-download-dir',
    folder,
    '--ignore-kubernetes-connection-failure',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal));
server.once('exit', (code) => {
  rmSync(folder, { recursive: true });
  process.exit(code ?? 1);
});

function isReady(): Promise<boolean> {
  return new Promise((resolve) => {
    request({ host: '127.0.0.1', port: readinessPort, path: '/readiness' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .once('error', () => resolve(false))
      .end();
  });
}

while (!(await isReady())) await sleep(50);

const curl = (policy: string, review: string): string =>
  `  curl -s http://127.0.0.1:${port}/validate/${policy} -H 'Content-Type: application/json' -d @guests/requests/${review}.json`;

console.log(`
policy-server is ready. In another terminal, in this folder:

${curl('pod-privileged-rust', 'pod-privileged')}
${curl('pod-privileged-rust', 'pod-plain')}

The first pod is denied, the second one accepted. Put pod-privileged-go, pod-privileged-typescript,
pod-privileged-rego, all-languages-agree, only-watching, no-latest, owned or limits in place of
pod-privileged-rust: they are in examples/quick-start/policies.yml. Ctrl+C ends the server.
`);
