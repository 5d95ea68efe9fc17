import type { PolicyLogLevel } from '../../host/log.ts';
import type { GuestClock, RandomSource } from '../../runtime/options.ts';
import type { BuiltinContext } from '../builtins/builtin.ts';
import type { RegoValue } from '../values/value.ts';

/** What a guest sees of the machine that it runs on. */
export interface Machine {
  readonly clock: GuestClock;
  readonly random: RandomSource;
}

/** Where a guest's lines of log go. */
export type GuestLog = (level: PolicyLogLevel, message: string) => void;

/** Characters that one evaluation may print, with `trace`, `print` and `opa_println` together: 65,536. */
export const maximumPrinted = 64 * 1024;

/** What one evaluation may see and leave behind. The clock stands still, and is only read when asked for. */
export class Evaluation implements BuiltinContext {
  readonly #log: GuestLog;
  readonly #machine: Machine;
  #printed = 0;
  #now: bigint | undefined;
  #remembered: Map<string, RegoValue> | undefined;

  constructor(log: GuestLog, machine: Machine) {
    this.#log = log;
    this.#machine = machine;
  }

  /** A guest that prints too much loses its output, not its verdict. */
  log(level: PolicyLogLevel, message: string): void {
    const before = this.#printed;
    this.#printed += message.length;
    if (this.#printed <= maximumPrinted) this.#log(level, message);
    else if (before <= maximumPrinted) {
      this.#log('warn', `the policy prints more than ${maximumPrinted} characters, the rest is dropped`);
    }
  }

  get now(): bigint {
    return (this.#now ??= this.#machine.clock.realtime());
  }

  random(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#machine.random(bytes);
    return bytes;
  }

  get remembered(): Map<string, RegoValue> {
    return (this.#remembered ??= new Map());
  }
}
