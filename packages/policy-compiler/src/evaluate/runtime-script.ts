import { fileURLToPath } from 'node:url';
import type { Polyfill } from '../analysis/globals.ts';
import type { PolicyAbi } from '../compiled-policy.ts';

/** The runtime is TypeScript beside the sources, and JavaScript beside what was made of them. */
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const guest = fileURLToPath(new URL('../guest/', import.meta.url));

export interface RuntimeOptions {
  readonly abi: PolicyAbi;
  readonly javy: boolean;
  readonly polyfills: readonly Polyfill[];
}

/** The part of the runtime that a policy needs, as one script; it is evaluated before the policy. */
export async function makeRuntimeScript({ abi, javy, polyfills }: RuntimeOptions): Promise<string> {
  const { build } = await import('esbuild');
  const files = [...polyfills.map((name) => `polyfills/${name}`), javy ? 'javy' : 'policy'];
  const { outputFiles } = await build({
    stdin: {
      contents: files.map((file) => `import './${file}.${extension}';`).join('\n'),
      resolveDir: guest,
    },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'neutral',
    target: 'es2023',
    charset: 'ascii',
    minify: true,
    logLevel: 'silent',
    define: { policyAbi: JSON.stringify(abi) },
    tsconfigRaw: {},
  });
  return outputFiles[0]!.text;
}
