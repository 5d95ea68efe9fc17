/**
 * Keeps a policy-server under a mixed load at a moderate rate and checks every answer.
 *
 * Usage: node benchmarks/soak.ts [--minutes 30] [--rate 200] [--output FILE]
 *
 * Policies in several languages accept, reject and mutate; a group, raw reviews and audits are among the load, and
 * now and then a review that traps or exceeds its time. Exits with 1 if an answer is wrong.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { guestPolicy, root } from './fixtures.ts';
import { residentMegabytes, startServer } from '../tools/policy-server/process.ts';

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '200' },
    output: { type: 'string' },
  },
});

interface Answer {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patch?: string;
  readonly status?: { readonly message?: string; readonly code?: number };
}

/** One kind of review: how often, what is asked, and what is right. */
interface Act {
  readonly weight: number;
  readonly path: string;
  readonly review: { readonly request: Record<string, unknown> };
  readonly isRight: (answer: Answer) => boolean;
}

function review(name: string): { request: Record<string, unknown> } {
  return JSON.parse(readFileSync(join(root, 'guests/requests', `${name}.json`), 'utf8')) as {
    request: Record<string, unknown>;
  };
}

const deniedMessage = 'Privileged container is not allowed';
const accepted = ({ allowed, patch }: Answer): boolean => allowed && patch === undefined;
const denied = ({ allowed, status }: Answer): boolean => !allowed && status?.message === deniedMessage;
const failed = ({ allowed, status }: Answer): boolean => !allowed && status?.code === 500;

const languages = ['rust', 'go', 'assemblyscript', 'rego'];
const policies: Record<string, unknown> = {
  ...Object.fromEntries(languages.map((name) => [name, guestPolicy(`${name}/pod-privileged.wasm`)])),
  mutating: {
    ...guestPolicy('go/required-annotations.wasm', { requiredAnnotations: { 'example.com/team': 'shop' } }),
    allowedToMutate: true,
  },
  raw: {
    ...guestPolicy('rust/raw-mutation.wasm', { forbiddenResources: ['banana'], defaultResource: 'hay' }),
    allowedToMutate: true,
  },
  pinned: guestPolicy('c/pinned-images.wasm'),
  opa: guestPolicy('rego/opa.wasm', { forbidden_names: ['privileged'] }),
  group: {
    expression: 'rust() && (rego() || typescript())',
    message: 'rejected by the group',
    policies: {
      rust: guestPolicy('rust/pod-privileged.wasm'),
      rego: guestPolicy('rego/pod-privileged.wasm'),
      typescript: guestPolicy('assemblyscript/pod-privileged.wasm'),
    },
  },
  trap: guestPolicy('wat/wasi/trap.wasm'),
  loop: { ...guestPolicy('wat/wapc/loop-in-call.wasm'), timeoutEvalSeconds: 1 },
};

const privileged = review('pod-privileged');
const plain = review('pod-realistic');
const acts: Act[] = [
  ...languages.flatMap((name): Act[] => [
    { weight: 100, path: `/validate/${name}`, review: plain, isRight: accepted },
    { weight: 50, path: `/validate/${name}`, review: privileged, isRight: denied },
    { weight: 25, path: `/audit/${name}`, review: privileged, isRight: denied },
  ]),
  { weight: 30, path: '/validate/pinned', review: plain, isRight: accepted },
  {
    weight: 10,
    path: '/validate/pinned',
    review: review('pod-latest'),
    isRight: ({ allowed, status }) => !allowed && status?.code === 403,
  },
  {
    weight: 20,
    path: '/validate/opa',
    review: privileged,
    isRight: ({ allowed, status }) => !allowed && status?.message === 'name "privileged" is forbidden',
  },
  { weight: 20, path: '/validate/opa', review: plain, isRight: accepted },
  {
    weight: 15,
    path: '/validate/mutating',
    review: plain,
    isRight: ({ allowed, patch }) => allowed && patch !== undefined,
  },
  {
    weight: 60,
    path: '/validate_raw/raw',
    review: { request: { user: 'tonio', action: 'eats', resource: 'banana' } },
    isRight: ({ allowed, patch }) => allowed && patch !== undefined,
  },
  { weight: 60, path: '/validate/group', review: plain, isRight: accepted },
  {
    weight: 30,
    path: '/validate/group',
    review: privileged,
    isRight: ({ allowed, status }) => !allowed && status?.message === 'rejected by the group',
  },
  { weight: 5, path: '/validate/trap', review: plain, isRight: failed },
  { weight: 0.2, path: '/validate/loop', review: plain, isRight: failed },
];
const totalWeight = acts.reduce((sum, { weight }) => sum + weight, 0);

function pick(): Act {
  let left = Math.random() * totalWeight;
  return acts.find(({ weight }) => (left -= weight) < 0) ?? acts[0]!;
}

const server = await startServer(policies);
const agent = new Agent({ keepAlive: true, maxSockets: 32, rejectUnauthorized: false });
let sent = 0;
let answered = 0;
const pending = new Set<Promise<void>>();
const wrong: string[] = [];
let latencies: number[] = [];

function post(path: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      server.url + path,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode!, text: Buffer.concat(chunks).toString() }),
        );
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function ask(): Promise<void> {
  const act = pick();
  const uid = `soak-${sent++}`;
  const started = performance.now();
  try {
    const { status, text } = await post(
      act.path,
      JSON.stringify({ ...act.review, request: { ...act.review.request, uid } }),
    );
    if (!act.path.endsWith('/loop')) latencies.push(performance.now() - started);
    const { response } = JSON.parse(text) as { response?: Answer };
    if (status !== 200 || response === undefined || response.uid !== uid || !act.isRight(response)) {
      wrong.push(`${act.path}: ${status} ${text.slice(0, 300)}`);
    }
  } catch (error) {
    wrong.push(`${act.path}: ${(error as Error).message}`);
  }
  answered++;
}

const rate = Number(flags.rate);
const minutes = Number(flags.minutes);
/** Sends at an even rate, whatever the answers do. */
async function load(seconds: number): Promise<void> {
  const started = performance.now();
  const target = rate * seconds;
  for (let count = 0; count < target;) {
    const due = Math.min(target, Math.floor(((performance.now() - started) / 1000) * rate));
    for (; count < due; count++) {
      const asked = ask().finally(() => pending.delete(asked));
      pending.add(asked);
    }
    await sleep(5);
  }
}

await load(30);
const startMegabytes = residentMegabytes(server.pid);
console.log(`after 30 s of warm-up: ${startMegabytes.toFixed(0)} MB`);
const rows: { minute: number; megabytes: number; reviews: number; p50: number; p99: number }[] = [];
for (let minute = 1; minute <= minutes; minute++) {
  latencies = [];
  await load(60);
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  const row = {
    minute,
    megabytes: residentMegabytes(server.pid),
    reviews: answered,
    p50: at(0.5),
    p99: at(0.99),
  };
  rows.push(row);
  console.log(
    `minute ${minute}: ${row.megabytes.toFixed(0)} MB, ${answered} reviews, ${wrong.length} wrong, ` +
      `p50 ${row.p50.toFixed(1)} ms, p99 ${row.p99.toFixed(1)} ms`,
  );
}
await Promise.race([Promise.allSettled(pending), sleep(10_000)]);
const endMegabytes = residentMegabytes(server.pid);
await server.stop();
agent.destroy();
if (answered < sent) wrong.push(`${sent - answered} reviews were never answered`);
for (const line of wrong.slice(0, 20)) console.error(`wrong: ${line}`);
console.log(
  `${sent} reviews, ${wrong.length} wrong; ${startMegabytes.toFixed(0)} MB at the start, ${endMegabytes.toFixed(0)} MB at the end`,
);
if (flags.output !== undefined) {
  writeFileSync(
    flags.output,
    JSON.stringify({ rate, minutes, sent, wrong, startMegabytes, endMegabytes, rows }, null, 2),
  );
}
process.exitCode = wrong.length === 0 ? 0 : 1;
