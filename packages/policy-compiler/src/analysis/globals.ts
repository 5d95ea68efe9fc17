import type { BundleSources } from '../bundle/source-map.ts';
import { CompileError } from '../errors.ts';
import type { FreeVariables } from './free-variables.ts';

/** What stands in for globals that the engine lacks, by file in `guest/polyfills`, in the order of loading. */
const polyfills = {
  console: ['console'],
  'text-encoding': ['TextEncoder', 'TextDecoder'],
  'structured-clone': ['structuredClone'],
  url: ['URL', 'URLSearchParams'],
} as const;

export type Polyfill = keyof typeof polyfills;

/** Globals that the runtime gives to policies of its own protocol, and to programs for Javy. */
const policyGlobals = ['__kw_host_call'];
export const javyGlobals = ['Javy', 'policyAction', '__hostCall'];

/** The polyfills that a program needs; none that it does not mention. */
export function neededPolyfills({ variables, properties }: FreeVariables): Polyfill[] {
  return (Object.keys(polyfills) as Polyfill[]).filter((polyfill) =>
    polyfills[polyfill].some((name) => variables.has(name) || properties.has(name)),
  );
}

const timers = 'nothing happens in a policy after its answer: do the work at once, or await a promise';
const network = 'a policy has no network: ask the host through the capabilities of the SDK';
const browser = 'a policy does not run in a browser';

/** What to do without a global. */
const advice: Readonly<Record<string, string>> = {
  process: 'a policy has neither environment nor arguments: use its settings',
  Buffer: 'use Uint8Array, TextEncoder, atob and btoa',
  require: 'use an import',
  __dirname: 'a policy has no files: put data into a .json or .ts file and import it',
  __filename: 'a policy has no files: put data into a .json or .ts file and import it',
  setTimeout: timers,
  setInterval: timers,
  setImmediate: timers,
  clearTimeout: timers,
  clearInterval: timers,
  fetch: network,
  XMLHttpRequest: network,
  WebSocket: network,
  window: browser,
  document: browser,
  localStorage: browser,
  navigator: browser,
  Intl: 'write the formatting out: policies have no locale data',
  WebAssembly: 'a policy is a WebAssembly module itself: use an implementation in JavaScript',
  crypto: 'use an npm package such as @noble/hashes, and host capabilities for signatures and certificates',
  Javy: 'only programs for Javy have it: compile with the option `javy`',
};

/**
 * Checks that a program finds all the globals that it uses. One whose existence the program itself asks for
 * (`typeof name`), or that it assigns to, is its own affair.
 *
 * @param engineGlobals - what the engine offers
 * @throws CompileError naming the first that is missing; the policy's own files come first
 */
export function checkGlobals(
  { variables }: FreeVariables,
  engineGlobals: ReadonlySet<string>,
  sources: BundleSources,
  { javy, allowed }: { readonly javy: boolean; readonly allowed: readonly string[] },
): void {
  const known = new Set([
    ...engineGlobals,
    ...Object.values(polyfills).flat(),
    ...(javy ? javyGlobals : policyGlobals),
    ...allowed,
    'arguments',
  ]);
  const missing = [...variables.values()]
    .filter(({ name, isGuarded }) => !isGuarded && !known.has(name))
    .map(({ name, line, column }) => ({ name, location: sources.locate(line, column) }));
  const isForeign = ({ location }: (typeof missing)[number]): boolean =>
    location === undefined || location.file.includes('node_modules/');
  const first = missing.find((entry) => !isForeign(entry)) ?? missing[0];
  if (first === undefined) return;
  const { name, location } = first;
  const fallback = isForeign(first)
    ? `use another package, or allow the global if this code is never reached`
    : 'declare it, or import it';
  const hint = Object.hasOwn(advice, name) ? advice[name]! : fallback;
  throw new CompileError('unresolved-global', `${name} is not defined in a policy`, { location, hint });
}
