import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextAwareResource, ExecutionMode, JsonValue } from '@kubewarden/policy';

const guests = join(import.meta.dirname, '..', 'guests');

/** Where the built modules are: beside their sources, unless a build put them elsewhere. */
const modules = process.env['KUBEWARDEN_GUESTS_DIR'] ?? guests;

/** A review and what becomes of it. */
export interface GuestCase {
  /** Name of a file in `guests/requests`, or a number that is the whole raw request. */
  readonly request: string | number;
  /** Absent: either verdict will do, as long as there is one. */
  readonly allowed?: boolean;
  readonly message?: string;
  readonly messageContains?: string;
  readonly code?: number;
  /** The decoded JSON Patch. */
  readonly patch?: readonly JsonValue[];
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** A row of a catalogue: one module in one situation. `guests/README.md` explains the fields. */
export interface Guest {
  readonly name: string;
  readonly module: string;
  readonly executionMode: ExecutionMode;
  readonly policyType?: 'raw';
  readonly settings?: object;
  readonly invalidSettings?: readonly {
    readonly settings: object;
    readonly message?: string;
    readonly messageContains?: string;
  }[];
  readonly hostCapabilities?: readonly string[];
  readonly contextAwareResources?: readonly ContextAwareResource[];
  readonly digest?: string;
  readonly session?: string;
  readonly cases?: readonly GuestCase[];
  readonly refusal?: string;
  readonly initialization?: string;
  readonly endless?: 'call' | 'settings' | 'initialization' | 'instantiation';
}

/** The rows of `guests/catalogue.json` and of those below it. */
export function readCatalogue(): Guest[] {
  return ['catalogue.json', 'wat/catalogue.json'].flatMap(
    (file) => JSON.parse(readFileSync(join(guests, file), 'utf8')) as Guest[],
  );
}

export function readGuestModule({ module }: Pick<Guest, 'module'>): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(join(modules, module)));
}

/** The HTTP body that holds the request of a case. */
export function readRequest(request: GuestCase['request']): Uint8Array {
  if (typeof request === 'number') return new TextEncoder().encode(JSON.stringify({ request }));
  return readFileSync(join(guests, 'requests', `${request}.json`));
}

/** A recorded session of host calls. */
export function readSession(name: string): string {
  return readFileSync(join(guests, 'requests', name), 'utf8');
}
