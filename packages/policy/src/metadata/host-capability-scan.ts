import { hostCapabilityPaths, type HostCapabilityPath } from '../host-capabilities.ts';
import { readModule } from '../wasm/module.ts';

interface Capability {
  readonly path: HostCapabilityPath;
  readonly namespace: string;
  readonly operation: string;
}

/**
 * The capabilities that can be recognised by their strings. Those of the cache cannot: `cache`, `get` and
 * `set` occur in about every module.
 */
const recognisable: readonly Capability[] = hostCapabilityPaths
  .filter((path) => !path.startsWith('cache/'))
  .map((path) => {
    const slash = path.indexOf('/');
    return { path, namespace: path.slice(0, slash), operation: path.slice(slash + 1) };
  });

/**
 * Guesses which host capabilities a module uses: those of which namespace and operation both occur in its data
 * segments. Good for hints to an author; never for permissions.
 *
 * @returns sorted paths
 * @throws WasmFormatError if the bytes are not a core module
 */
export function usedHostCapabilities(module: Uint8Array): HostCapabilityPath[] {
  const { bytes, data } = readModule(module);
  // One byte becomes one character, and nothing matches across two segments.
  const decoder = new TextDecoder('latin1');
  const text = data.map(({ start, end }) => decoder.decode(bytes.subarray(start, end))).join('\u00ff');
  return recognisable
    .filter(({ namespace, operation }) => text.includes(namespace) && hasOperation(text, operation))
    .map(({ path }) => path);
}

/** Whether the operation occurs other than as the beginning of another one. */
function hasOperation(text: string, operation: string): boolean {
  const rests = recognisable
    .filter((other) => other.operation.startsWith(operation) && other.operation !== operation)
    .map((other) => other.operation.slice(operation.length));
  let index = text.indexOf(operation);
  while (index >= 0) {
    const end = index + operation.length;
    if (!rests.some((rest) => text.startsWith(rest, end))) return true;
    index = text.indexOf(operation, end);
  }
  return false;
}

/** How what a policy declares differs from what it seems to use. */
export interface HostCapabilityMismatch {
  /** Used and not declared. */
  readonly undeclared: readonly string[];
  /** Declared and not used. */
  readonly undetected: readonly string[];
}

/**
 * Compares declared `hostCapabilities` with the result of {@link usedHostCapabilities}. A declared wildcard
 * (`*`, `oci/*`) stands for all that is below it. Capabilities that no scan can find are not missed.
 */
export function compareHostCapabilities(
  declared: readonly string[],
  used: readonly string[],
): HostCapabilityMismatch {
  return {
    undeclared: used.filter((path) => !declared.some((pattern) => covers(pattern, path))).toSorted(),
    undetected: declared
      .filter((pattern) => !pattern.startsWith('cache/') && !used.some((path) => covers(pattern, path)))
      .toSorted(),
  };
}

function covers(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}
