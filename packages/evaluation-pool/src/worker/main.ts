import { parentPort, workerData } from 'node:worker_threads';
import { ThreadControl } from '../control.ts';
import type { Run, Task, ToWorker, WorkerSetup } from '../protocol.ts';
import { HostCalls } from './host-calls.ts';
import { Outbox } from './outbox.ts';
import { Tasks } from './tasks.ts';
import { Turns } from './turns.ts';

if (parentPort === null) throw new Error('this module runs in a worker thread of an EvaluationPool');

const setup = workerData as WorkerSetup;
const control = new ThreadControl(setup.control);
const outbox = new Outbox(parentPort);
const turns = new Turns(control, {
  suspended: (run) => hostCalls.suspended(run),
  idle: () => outbox.flush(),
});
const hostCalls: HostCalls = new HostCalls(turns, outbox);
const tasks = new Tasks(setup, hostCalls, (entry) => outbox.put(['log', entry]));
await tasks.prepare();

parentPort.on('message', (messages: readonly ToWorker[]) => {
  outbox.open();
  for (const message of messages) take(message);
  turns.proceed();
});
outbox.put(['ready']);
outbox.flush();

function take(message: ToWorker): void {
  switch (message[0]) {
    case 'run':
      return start(message[1], message[2], message[3]);
    case 'answer':
      return hostCalls.answer(message[1], message[2]);
    case 'refusal':
      return hostCalls.refuse(message[1], message[2]);
    case 'unreachable':
      return hostCalls.unreachable(message[1], message[2]);
    case 'abandon':
      return hostCalls.abandon(message[1]);
  }
}

function start(run: Run, slot: number, task: Task): void {
  turns.add(run, () => {
    if (!control.claim(slot, run)) return false;
    void carryOut(run, task);
    return true;
  });
}

async function carryOut(run: Run, task: Task): Promise<void> {
  const reply = await tasks.carryOut(run, task);
  hostCalls.forget(run);
  outbox.reply(run, reply);
  turns.done(run);
}
