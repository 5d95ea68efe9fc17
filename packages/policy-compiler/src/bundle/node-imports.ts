import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/** Marks the plugin's own look-ups, which must not be answered by it again. */
const ownLookup = Symbol('lookup of a package that has the name of a builtin module');

/** What to do without a module of Node; by the name without `node:`. */
const replacements: Readonly<Record<string, string>> = {
  fs: 'a policy has no files: put data into a .json or .ts file and import it',
  'fs/promises': 'a policy has no files: put data into a .json or .ts file and import it',
  path: 'work with strings, or use an npm package such as pathe',
  url: 'use the global URL',
  util: 'use the globals TextEncoder, TextDecoder and structuredClone',
  buffer: 'use Uint8Array, TextEncoder, atob and btoa',
  crypto: 'use an npm package such as @noble/hashes, and host capabilities for signatures and certificates',
  dns: 'use the host capability net/v1/dns_lookup_host of the SDK',
  http: 'a policy has no network: ask the host through the capabilities of the SDK',
  https: 'a policy has no network: ask the host through the capabilities of the SDK',
  net: 'a policy has no network: ask the host through the capabilities of the SDK',
  process: 'a policy has neither environment nor arguments: use its settings',
  os: 'a policy knows nothing of its machine: use its settings',
  events: 'use an npm package such as mitt',
  assert: 'throw an Error',
};

/** Identifier of the messages that {@link refuseNodeImports} makes. */
export const nodeImportPlugin = 'node-import';

/** Refuses modules that only Node has, unless an npm package of the same name is installed. */
export const refuseNodeImports: Plugin = {
  name: nodeImportPlugin,
  setup(build) {
    build.onResolve({ filter: /^(node:|[a-z])/ }, async ({ path, pluginData, ...place }) => {
      if (pluginData === ownLookup || !isBuiltin(path)) return undefined;
      if (!path.startsWith('node:')) {
        const { importer, kind, namespace, resolveDir } = place;
        const found = await build.resolve(path, {
          importer,
          kind,
          namespace,
          resolveDir,
          pluginData: ownLookup,
        });
        if (found.errors.length === 0) return found;
      }
      const hint = replacements[path.replace('node:', '')] ?? 'use an npm package that runs in browsers';
      return { errors: [{ text: `${path} exists only in Node`, notes: [{ text: hint }] }] };
    });
  },
};
