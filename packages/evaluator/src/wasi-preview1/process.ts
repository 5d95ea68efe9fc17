import { GuestTrap } from '../runtime/guest-fault.ts';
import { GuestMemory } from '../runtime/guest-memory.ts';
import {
  systemClock,
  systemRandom,
  type GuestClock,
  type RandomSource,
  type RuntimeOptions,
} from '../runtime/options.ts';
import type { InputPipe, OutputSink } from './pipes.ts';

/** An open file descriptor. There are no others than those of standard input and output. */
export type Descriptor =
  | { readonly kind: 'input'; readonly pipe: InputPipe; readonly flags: number }
  | { readonly kind: 'output'; readonly sink: OutputSink; readonly flags: number };

/** Open descriptors by number. A value: changes make a new map, so that a state can be kept and put back. */
export type Descriptors = ReadonlyMap<number, Descriptor>;

/** Flag of a descriptor: writes go to the end. */
const append = 1;

export interface WasiProcessOptions {
  /** The program's name comes first. */
  readonly args: readonly string[];
  readonly stdin: InputPipe;
  readonly stdout: OutputSink;
  readonly stderr: OutputSink;
}

/**
 * What WASI knows of one guest: arguments, open descriptors, clocks, random numbers, and nothing else. There is no
 * environment, no file and no network.
 */
export class WasiProcess {
  /** Each with its terminating NUL. */
  readonly args: readonly Uint8Array[];
  readonly clock: GuestClock;
  readonly random: RandomSource;
  descriptors: Descriptors;
  /** Or why there is none. */
  #memory: GuestMemory | string = "Cannot find 'mem' export";

  constructor(options: WasiProcessOptions, { clock, random }: RuntimeOptions) {
    const encoder = new TextEncoder();
    this.args = options.args.map((arg) => encoder.encode(`${arg}\0`));
    this.clock = clock ?? systemClock;
    this.random = random ?? systemRandom;
    this.descriptors = new Map<number, Descriptor>([
      [0, { kind: 'input', pipe: options.stdin, flags: 0 }],
      [1, { kind: 'output', sink: options.stdout, flags: append }],
      [2, { kind: 'output', sink: options.stderr, flags: append }],
    ]);
  }

  /** @throws GuestTrap in a guest that shares no memory, or is not instantiated yet */
  get memory(): GuestMemory {
    if (typeof this.#memory === 'string') throw new GuestTrap(this.#memory);
    return this.#memory;
  }

  /** Finds the memory that the guest shares with its host, the export `memory`; only who needs it will miss it. */
  attach({ exports }: WebAssembly.Instance): void {
    const memory = exports['memory'];
    if (memory === undefined) return;
    this.#memory =
      memory instanceof WebAssembly.Memory
        ? new GuestMemory(memory)
        : "'mem' export cannot be converted into a Memory instance";
  }
}
