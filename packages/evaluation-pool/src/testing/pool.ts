import { readFile } from 'node:fs/promises';
import type { Worker } from 'node:worker_threads';
import {
  compilePolicyModule,
  type HostAnswerer,
  type PolicyLogEntry,
  type PolicyModule,
} from '@kubewarden/evaluator';
import type { ExecutionMode } from '@kubewarden/policy';
import { onTestFinished } from 'vitest';
import type { EvaluationPoolOptions } from '../options.ts';
import type { ReviewOutcome } from '../outcome.ts';
import type { FailedPolicy, PooledGroup, PooledPolicy } from '../policies.ts';
import { EvaluationPool } from '../pool.ts';
import { spawnWorker } from '../scheduler/spawn.ts';

/* A pool with guests from `guests/wat` in it. */

const guests = new URL('../../../../guests/wat/', import.meta.url);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const loaded = new Map<string, Promise<PolicyModule>>();

/** A guest as a module, compiled once. `wapc/accept` is `guests/wat/wapc/accept.wasm`. */
function loadGuest(name: string): Promise<PolicyModule> {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const executionMode: ExecutionMode = name.startsWith('wasi/') ? 'wasi' : 'kubewarden-wapc';
  const module = readFile(new URL(`${name}.wasm`, guests)).then((bytes) =>
    compilePolicyModule(bytes, { executionMode, maximumMemoryBytes: 64 * 1024 * 1024 }),
  );
  loaded.set(name, module);
  return module;
}

/** How a policy differs from one that protects, may not mutate, may ask its host for all, and has no deadline. */
interface Guest extends Partial<Omit<PooledPolicy, 'kind' | 'id' | 'module' | 'settings'>> {
  readonly guest: string;
}

export interface TestPool {
  readonly pool: EvaluationPool;
  /** Workers that are or were there, oldest first. */
  readonly workers: readonly Worker[];
  readonly log: readonly PolicyLogEntry[];
}

/** Starts a pool that the end of the test closes. */
export async function startPool(
  policies: Readonly<Record<string, Guest | Omit<PooledGroup, 'id'> | Omit<FailedPolicy, 'id'>>>,
  options: Partial<Pick<EvaluationPoolOptions, 'workers' | 'queueLimit' | 'answer' | 'startMilliseconds'>> & {
    readonly onLog?: (entry: PolicyLogEntry) => void;
    /** What takes the place of workers, by their number. */
    readonly impostors?: ReadonlyMap<number, () => Worker>;
  } = {},
): Promise<TestPool> {
  const modules = new Map<string, PolicyModule>();
  const pooled: (PooledPolicy | PooledGroup | FailedPolicy)[] = [];
  for (const [id, policy] of Object.entries(policies)) {
    if ('kind' in policy) {
      pooled.push({ ...policy, id });
      continue;
    }
    const { guest, ...rest } = policy;
    const module = await loadGuest(guest);
    modules.set(module.digest, module);
    pooled.push({
      kind: 'policy',
      id,
      module: module.digest,
      settings: encoder.encode('{}'),
      permissions: {
        policyId: id,
        hostCapabilities: { kind: 'allow-all' },
        contextAwareResources: [{ apiVersion: 'v1', kind: 'Namespace' }],
      },
      mode: 'protect',
      allowedToMutate: false,
      ...rest,
    });
  }
  const workers: Worker[] = [];
  const log: PolicyLogEntry[] = [];
  const pool = await EvaluationPool.start(
    {
      workers: options.workers ?? 2,
      modules: [...modules.values()],
      policies: pooled,
      answer: options.answer ?? noAnswer,
      log: (entry) => {
        log.push(entry);
        options.onLog?.(entry);
      },
      ...(options.queueLimit !== undefined && { queueLimit: options.queueLimit }),
      ...(options.startMilliseconds !== undefined && { startMilliseconds: options.startMilliseconds }),
    },
    (setup) => {
      const worker = options.impostors?.get(workers.length)?.() ?? spawnWorker(setup);
      workers.push(worker);
      return worker;
    },
  );
  onTestFinished(() => pool.close(0));
  return { pool, workers, log };
}

const noAnswer: HostAnswerer = () => {
  throw new Error('this test answers no host calls');
};

/** The body of a review of a Pod; `loop-on-privileged` hangs when it is privileged. */
export function podReview(uid: string, { privileged = false } = {}): Uint8Array {
  return encoder.encode(
    JSON.stringify({
      request: {
        uid,
        kind: { group: '', version: 'v1', kind: 'Pod' },
        resource: { group: '', version: 'v1', resource: 'pods' },
        requestKind: { group: '', version: 'v1', kind: 'Pod' },
        name: 'nginx',
        namespace: 'default',
        operation: 'CREATE',
        userInfo: { username: 'alice' },
        object: { spec: { containers: [{ securityContext: { privileged } }] } },
      },
    }),
  );
}

/** The body of a raw review; many guests take a number. */
export function rawReview(request: unknown): Uint8Array {
  return encoder.encode(JSON.stringify({ request }));
}

/** The response of an answered review. */
export interface Response {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patch?: string;
  readonly status?: {
    readonly message?: string;
    readonly code?: number;
    readonly details?: { readonly causes?: readonly unknown[]; readonly retryAfterSeconds?: number };
  };
  readonly warnings: readonly string[] | null;
}

/** What the API server would be told; fails the test for outcomes that are no answer. */
export function responseOf(outcome: ReviewOutcome): Response {
  if (outcome.kind !== 'answered') throw new Error(`not answered: ${JSON.stringify(outcome)}`);
  return (JSON.parse(decoder.decode(outcome.body)) as { response: Response }).response;
}

/** Evaluates a Pod. */
export async function reviewPod(
  { pool }: TestPool,
  policyId: string,
  uid: string,
  pod: { readonly privileged?: boolean } = {},
): Promise<Response> {
  return responseOf(await pool.evaluate({ policyId, body: podReview(uid, pod), endpoint: 'validate' }));
}

/** Evaluates a raw value. */
export async function reviewRaw({ pool }: TestPool, policyId: string, request: unknown): Promise<Response> {
  return responseOf(await pool.evaluate({ policyId, body: rawReview(request), endpoint: 'validate_raw' }));
}

/** UTF-8. */
export const encode = (text: string): Uint8Array => encoder.encode(text);
