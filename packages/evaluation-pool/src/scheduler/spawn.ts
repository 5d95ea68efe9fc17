import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { workerHeapMebibytes } from '../bounds.ts';
import type { WorkerSetup } from '../protocol.ts';

const entry = createRequire(import.meta.url).resolve('@kubewarden/evaluation-pool/worker');

/** Starts a worker thread. It gets no environment variables: guests have no business with them. */
export function spawnWorker(setup: WorkerSetup): Worker {
  return new Worker(entry, {
    name: 'kubewarden-evaluation',
    workerData: setup,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: workerHeapMebibytes },
  });
}
