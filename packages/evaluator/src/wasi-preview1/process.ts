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
  #memory: GuestMemory | undefined;

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

  /** @throws GuestTrap in a guest that calls WASI before it is instantiated, or that exports no memory */
  get memory(): GuestMemory {
    if (this.#memory === undefined) throw new GuestTrap("Cannot find 'mem' export");
    return this.#memory;
  }

  /** Gives the process its memory, once the instance is there. */
  attach(memory: GuestMemory): void {
    this.#memory = memory;
  }
}
