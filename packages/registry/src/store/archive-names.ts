import { isPartialName } from './partial-files.ts';
import { signaturesFolder, storeSchemes } from './paths.ts';

/** Where an entry of an archive goes, or why it does not. */
export type EntryPlace =
  /** Its place in the store, below the root. */
  | { readonly kind: 'accepted'; readonly components: readonly string[] }
  /** Harmless, but nothing that a store has. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'refused'; readonly reason: string };

const maximumNameBytes = 1024;
const maximumComponentBytes = 255;
const maximumDepth = 64;

/**
 * Judges the name of an entry. Only `<scheme>/<host>/…` and `signatures/…` lead into the store; `file/…`, which
 * the original writes for local files, leads nowhere.
 */
export function placeEntry(name: string, platform: NodeJS.Platform = process.platform): EntryPlace {
  const reason = nameProblem(name, platform);
  if (reason !== undefined) return { kind: 'refused', reason };
  const components = name.replace(/^(?:\.\/)+/, '').split('/');
  const [top = ''] = components;
  if ((storeSchemes as readonly string[]).includes(top)) {
    return components.length > 2 ? { kind: 'accepted', components } : { kind: 'foreign' };
  }
  if (top === signaturesFolder && components.length > 1) return { kind: 'accepted', components };
  return { kind: 'foreign' };
}

function nameProblem(name: string, platform: NodeJS.Platform): string | undefined {
  if (name.startsWith('/')) return 'its name is absolute';
  if (Buffer.byteLength(name) > maximumNameBytes) return `its name is longer than ${maximumNameBytes} bytes`;
  if (name.includes('\0')) return 'its name holds a null character';
  const components = name.replace(/^(?:\.\/)+/, '').split('/');
  if (components.length > maximumDepth) return `it lies deeper than ${maximumDepth} folders`;
  for (const component of components) {
    const reason = componentProblem(component, platform);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function componentProblem(component: string, platform: NodeJS.Platform): string | undefined {
  if (component === '..') return 'its name leads out of the store';
  if (component === '' || component === '.') return 'its name has an empty part';
  if (Buffer.byteLength(component) > maximumComponentBytes) {
    return `a part of its name is longer than ${maximumComponentBytes} bytes`;
  }
  if (isPartialName(component)) return 'its name is that of an incomplete file';
  // Names are encoded there; anything else may be a drive, a stream or another way to write a folder.
  if (platform === 'win32' && !/^[A-Za-z0-9_-]+$/.test(component)) return 'its name cannot be a file name';
  return undefined;
}
