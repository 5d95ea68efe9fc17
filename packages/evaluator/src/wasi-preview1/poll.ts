import type { GuestClock } from '../runtime/options.ts';
import { errno } from './errno.ts';
import type { WasiFunctions } from './function.ts';
import type { WasiLayout } from './layout.ts';
import type { WasiProcess } from './process.ts';

/** The most events that a guest may wait for at once. */
export const maximumSubscriptions = 1024;

/** Nanoseconds; what timers of JavaScript can wait for at once. */
const longestSleep = BigInt(2 ** 31 - 1) * 1_000_000n;
const nanosecondsPerMillisecond = 1_000_000n;

const eventBytes = 32;
const typeClock = 0;
const typeRead = 1;
const typeWrite = 2;
const clockRealtime = 0;
const clockMonotonic = 1;
const lastClock = 3;
const flagAbsolute = 1;
const hangup = 1;

interface Event {
  readonly userdata: bigint;
  readonly type: number;
  readonly error: number;
  readonly bytes?: number;
  readonly flags?: number;
}

interface Timer {
  readonly userdata: bigint;
  /** Nanoseconds until it is due; 0 or less when it is. */
  readonly remaining: () => bigint;
}

/**
 * `poll_oneoff`, which is also how guests sleep. A guest that has to wait is suspended; its thread is not blocked.
 */
export function pollFunctions(layout: WasiLayout): WasiFunctions {
  return {
    poll_oneoff: {
      parameters: 'iiii',
      suspends: true,
      run: (process, subscriptions: number, events: number, count: number, result: number) =>
        poll(process, layout, subscriptions >>> 0, events >>> 0, count >>> 0, result >>> 0),
    },
  };
}

function poll(
  process: WasiProcess,
  layout: WasiLayout,
  subscriptions: number,
  events: number,
  count: number,
  result: number,
): number | Promise<number> {
  if (count === 0 || count > maximumSubscriptions) return errno.inval;
  const { memory } = process;
  memory.window(subscriptions, count * layout.subscription);
  memory.window(events, count * eventBytes);
  memory.window(result, 4);

  const ready: Event[] = [];
  const timers: Timer[] = [];
  for (let index = 0; index < count; index++) {
    const address = subscriptions + index * layout.subscription;
    const type = memory.u8(address + 8);
    if (type === typeClock) {
      const timer = readTimer(process, address, address + layout.subscriptionClock);
      if (timer === undefined) return errno.inval;
      timers.push(timer);
    } else if (type === typeRead || type === typeWrite) {
      ready.push(pipeEvent(process, memory.u64(address), type, memory.u32(address + 16)));
    } else {
      return errno.inval;
    }
  }

  const deliver = (happened: readonly Event[]): number => {
    for (const [index, event] of happened.entries()) writeEvent(process, events + index * eventBytes, event);
    memory.setU32(result, happened.length);
    return errno.success;
  };
  const happened = [...ready, ...dueEvents(timers)];
  return happened.length > 0 ? deliver(happened) : firstDue(timers, process.clock).then(deliver);
}

function readTimer({ memory, clock }: WasiProcess, subscription: number, address: number): Timer | undefined {
  const id = memory.u32(address);
  const timeout = memory.u64(address + 8);
  const flags = memory.u16(address + 24);
  if (id > lastClock || (flags & ~flagAbsolute) !== 0) return undefined;
  const absolute = (flags & flagAbsolute) !== 0;
  if (absolute && id > clockMonotonic) return undefined;
  const read = absolute && id === clockRealtime ? clock.realtime : clock.monotonic;
  const deadline = absolute ? timeout : clock.monotonic() + timeout;
  return { userdata: memory.u64(subscription), remaining: () => deadline - read() };
}

/** Pipes are always ready: what is not there does not come while the guest waits. */
function pipeEvent(process: WasiProcess, userdata: bigint, type: number, fd: number): Event {
  const descriptor = process.descriptors.get(fd);
  if (descriptor?.kind !== (type === typeRead ? 'input' : 'output'))
    return { userdata, type, error: errno.badf };
  if (descriptor.kind === 'output') return { userdata, type, error: errno.success };
  const bytes = descriptor.pipe.pending;
  return { userdata, type, error: errno.success, bytes, flags: bytes === 0 ? hangup : 0 };
}

function dueEvents(timers: readonly Timer[]): Event[] {
  return timers
    .filter((timer) => timer.remaining() <= 0n)
    .map(({ userdata }) => ({ userdata, type: typeClock, error: errno.success }));
}

async function firstDue(timers: readonly Timer[], clock: GuestClock): Promise<readonly Event[]> {
  for (;;) {
    const due = dueEvents(timers);
    if (due.length > 0) return due;
    const soonest = timers
      .map((timer) => timer.remaining())
      .reduce((least, remaining) => (remaining < least ? remaining : least), longestSleep);
    // Rounded up: a sleep that ends too early would be followed by another one.
    await clock.sleep(Number((soonest + nanosecondsPerMillisecond - 1n) / nanosecondsPerMillisecond));
  }
}

function writeEvent({ memory }: WasiProcess, address: number, event: Event): void {
  memory.window(address, eventBytes).fill(0);
  memory.setU64(address, event.userdata);
  memory.setU16(address + 8, event.error);
  memory.setU8(address + 10, event.type);
  memory.setU64(address + 16, BigInt(event.bytes ?? 0));
  memory.setU16(address + 24, event.flags ?? 0);
}
