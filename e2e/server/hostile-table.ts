/**
 * Prints what the real policy-server answers to every act of the guests, and whether the review after it was right,
 * as a Markdown table.
 *
 * Usage: node e2e/server/hostile-table.ts
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../tools/policy-server/process.ts';
import { acts, hostilePolicies } from './acts.ts';
import { createClient } from './client.ts';

const server = await startServer(hostilePolicies(), ['--continue-on-errors'], 'quiet');
const client = createClient(server.url);
const privileged = readFileSync(
  fileURLToPath(new URL('../../guests/requests/pod-privileged.json', import.meta.url)),
);
console.log('| act | answer | next review |\n|---|---|---|');
for (const { name, path, body } of acts()) {
  const { status, response, text } = await client.post(path, body);
  const verdict =
    response === undefined
      ? `HTTP ${status}: ${text}`
      : response.allowed
        ? 'allowed'
        : `rejected${response.status?.code === undefined ? '' : ` (${response.status.code})`}: ${response.status?.message ?? ''}`;
  const next = await client.post('/validate/rust-pod-privileged', privileged);
  const right = next.response?.status?.message === 'Privileged container is not allowed';
  console.log(
    `| ${name} | ${verdict.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 140)} | ${right ? 'right' : 'WRONG'} |`,
  );
}
client.close();
await server.stop();
