/**
 * Links the JavaScript engine with the glue of each ABI, and writes the results beside this file:
 * `node packages/policy-compiler/engine/link.ts`. Needed only when the engine or the glue changes; what it makes is
 * part of the package, so that whoever compiles a policy needs no WebAssembly tools (100 MB) and none of their time.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModule, sectionIds, writeModule } from '@kubewarden/policy';
import { glues } from './glue.ts';

const engine = fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm'));
const tools = join(dirname(fileURLToPath(import.meta.resolve('binaryen'))), 'bin');
const features = [
  'bulk-memory',
  'bulk-memory-opt',
  'nontrapping-float-to-int',
  'mutable-globals',
  'sign-ext',
];
const featureFlags = features.map((feature) => `--enable-${feature}`);

/**
 * The engine with the glue of an ABI: a core module without data, whose imported global `kubewarden.state` the
 * compiler replaces.
 */
export function linkEngine(abi: keyof typeof glues): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'kubewarden-link-'));
  const path = (name: string): string => join(folder, name);
  const run = (tool: string, ...words: string[]): void => {
    // Binaryen's programs leave what they write to stdout in the parent's terminal.
    execFileSync(process.execPath, [join(tools, tool), ...words], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  try {
    writeFileSync(path('engine.wasm'), withoutData(readFileSync(engine)));
    writeFileSync(path('glue.wat'), glues[abi].text);
    run('wasm-as', ...featureFlags, 'glue.wat', '-o', 'glue.wasm');
    run('wasm-merge', ...featureFlags, 'engine.wasm', 'engine', 'glue.wasm', 'env', '-o', 'merged.wasm');
    const roots = glues[abi].exports.map((name) => ({ name, root: true, export: name }));
    writeFileSync(path('roots.json'), JSON.stringify(roots));
    run('wasm-metadce', ...featureFlags, 'merged.wasm', '--graph-file', 'roots.json', '-o', 'kept.wasm');
    run(
      'wasm-opt',
      ...featureFlags,
      '-Os',
      '--strip-debug',
      '--strip-producers',
      'kept.wasm',
      '-o',
      'linked.wasm',
    );
    return withoutData(readFileSync(path('linked.wasm')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The data of a policy are those of the snapshot. Custom sections say nothing that holds for the result. */
function withoutData(bytes: Uint8Array): Uint8Array {
  const dropped: readonly number[] = [sectionIds.data, sectionIds.dataCount, sectionIds.custom];
  return writeModule(readModule(bytes).sections.filter(({ id }) => !dropped.includes(id)));
}

if (import.meta.main) {
  for (const abi of Object.keys(glues) as (keyof typeof glues)[]) {
    const linked = linkEngine(abi);
    writeFileSync(new URL(`${abi}.wasm`, import.meta.url), linked);
    console.log(`${abi}.wasm: ${linked.length} bytes`);
  }
}
