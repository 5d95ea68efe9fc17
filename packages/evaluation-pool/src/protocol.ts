import type { HostRequest, PolicyLogEntry, PolicyModule } from '@kubewarden/evaluator';
import type { AdmissionResponse, SettingsValidationResponse } from '@kubewarden/policy';
import type { AnsweredReply } from './answered-reply.ts';
import type { ReviewEndpoint } from './outcome.ts';
import type { PooledPolicy } from './policies.ts';

/*
 * What owner and worker say to each other. Messages are tuples (a structured clone of them is cheaper than one
 * of objects) and travel in arrays: everything that is said in the same turn of an event loop is one message.
 */

/** What a worker is started with. */
export interface WorkerSetup {
  readonly modules: readonly PolicyModule[];
  /** Tasks name policies by their index in this list. */
  readonly policies: readonly PooledPolicy[];
  readonly control: SharedArrayBuffer;
}

/** A review; that of a member is one whose answer the group wants as it is. */
export type ReviewTask = readonly [
  kind: 'review' | 'member',
  policy: number,
  endpoint: ReviewEndpoint,
  body: Uint8Array,
];

/** What a worker can be asked to do. */
export type Task =
  | ReviewTask
  | readonly [kind: 'settings', policy: number]
  | readonly [kind: 'warm-up', policy: number];

/** The number of one dispatch of a job to a worker; a job that is dispatched again gets another one. */
export type Run = number;

/** The number of a host call of a worker. */
export type Call = number;

export type ToWorker =
  | readonly [kind: 'run', run: Run, slot: number, task: Task]
  | readonly [kind: 'answer', call: Call, payload: Uint8Array]
  /** The messages of an error and of its causes. */
  | readonly [kind: 'refusal', call: Call, messages: readonly string[]]
  /** As `refusal`, but the call did not even reach who could answer it. */
  | readonly [kind: 'unreachable', call: Call, message: string]
  /** The run was answered without its guest, which has to come to an end. */
  | readonly [kind: 'abandon', run: Run];

export type HostCallOrder = readonly [call: Call, request: HostRequest];

export type ToOwner =
  | readonly [kind: 'ready']
  | readonly [kind: 'done', run: Run, reply: Reply]
  /** The guest waits: for the answers to its calls, or for time to pass. */
  | readonly [kind: 'suspended', run: Run, calls: readonly HostCallOrder[]]
  | readonly [kind: 'log', entry: PolicyLogEntry];

export type Reply =
  | AnsweredReply
  | readonly [kind: 'member', response: AdmissionResponse, evaluation: number]
  | readonly [kind: 'malformed', status: 400 | 422, message: string]
  | readonly [kind: 'settings', response: SettingsValidationResponse]
  | readonly [kind: 'warm']
  /** A fault of the host, or a module that cannot be instantiated. */
  | readonly [kind: 'failed', error: string];
