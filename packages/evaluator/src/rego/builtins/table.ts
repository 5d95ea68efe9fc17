import type { Builtin } from './builtin.ts';
import { casts } from './casts.ts';
import { collections } from './collections.ts';
import { digests } from './digests.ts';
import { encoding } from './encoding.ts';
import { globs } from './globs.ts';
import { graphs } from './graphs.ts';
import { jsonPatch } from './json-patch.ts';
import { logging } from './logging.ts';
import { networks } from './networks.ts';
import { numbers } from './numbers.ts';
import { regex } from './regex.ts';
import { semver } from './semver.ts';
import { strings } from './strings.ts';
import { time } from './time.ts';
import { tokens } from './tokens.ts';
import { units } from './units.ts';
import { uuid } from './uuid.ts';
import { yaml } from './yaml.ts';

const builtins: ReadonlyMap<string, Builtin> = new Map(
  Object.entries({
    ...casts,
    ...collections,
    ...digests,
    ...encoding,
    ...globs,
    ...graphs,
    ...jsonPatch,
    ...logging,
    ...networks,
    ...numbers,
    ...regex,
    ...semver,
    ...strings,
    ...time,
    ...tokens,
    ...units,
    ...uuid,
    ...yaml,
  }),
);

/** The builtins of this host, sorted by name. Those that OPA compiles into every module are not among them. */
export const regoBuiltinNames: readonly string[] = [...builtins.keys()].toSorted();

/** The implementation of a builtin, if this host has it. */
export function findBuiltin(name: string): Builtin | undefined {
  return builtins.get(name);
}
