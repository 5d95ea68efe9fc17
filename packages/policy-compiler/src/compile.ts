import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { resolve } from 'node:path';
import { annotateModule, validateMetadata, type Metadata } from '@kubewarden/policy';
import { findFreeVariables, type FreeVariables } from './analysis/free-variables.ts';
import { checkGlobals, javyGlobals, neededPolyfills } from './analysis/globals.ts';
import { bundlePolicy } from './bundle/bundle.ts';
import { BundleSources } from './bundle/source-map.ts';
import type { CompiledPolicy, CompileOptions, CompileWarning, PolicyAbi } from './compiled-policy.ts';
import { CompileError } from './errors.ts';
import { engineFacts } from './evaluate/engine-facts.ts';
import { evaluatePolicy, javyLineOffset } from './evaluate/evaluate.ts';
import { makeRuntimeScript } from './evaluate/runtime-script.ts';
import { findInputs } from './inputs/packages.ts';
import { linkedEngine, linkPolicy } from './link/link.ts';

/** Bytes above which a module is larger than policies should be. */
const comfortableBytes = 900_000;
/** Bytes above which a module is refused unless the caller says otherwise. */
const defaultMaximumBytes = 4 * 1024 * 1024;

/**
 * Compiles a policy written in TypeScript or JavaScript to a self-contained WebAssembly module.
 *
 * The entry and all that it imports are bundled and evaluated once, by the JavaScript engine that will run the
 * policy; the module is that engine with its memory as it was then. Its default export is what `definePolicy` of
 * `@kubewarden/policy-sdk` returns. Type errors are not looked for.
 *
 * @throws CompileError with the place in the source, and what to do instead
 */
export async function compilePolicy(options: CompileOptions): Promise<CompiledPolicy> {
  const { abi, allowedGlobals = [], maximumBytes = defaultMaximumBytes } = options;
  const metadata = options.metadata === undefined ? undefined : requireMetadata(options.metadata, abi);
  const bundle = await bundlePolicy(options.entry);
  const free = findFreeVariables(bundle.code);
  const javy = isForJavy(options.javy ?? 'auto', free);
  const sources = new BundleSources(bundle.sourceMap, javy ? javyLineOffset : 0);
  checkGlobals(free, (await engineFacts()).globals, sources, { javy, allowed: allowedGlobals });

  const runtime = await makeRuntimeScript({ abi, javy, polyfills: neededPolyfills(free) });
  const policy = await evaluatePolicy({ runtime, bundle, sources, javy });
  const engine = await linkedEngine(abi);
  const linked = linkPolicy(engine, policy.memory, policy.stateAddress);
  const wasm = metadata === undefined ? linked : annotateModule(linked, metadata);
  const warnings = [...bundle.warnings, ...policy.warnings, ...sizeWarnings(wasm, maximumBytes)];
  return {
    wasm,
    digest: createHash('sha256').update(wasm).digest('hex'),
    size: {
      wasm: wasm.length,
      gzip: gzipSync(wasm, { level: 9 }).length,
      engine: engine.length,
      snapshot: linked.length - engine.length,
      bundle: bundle.code.length,
      lineTable: policy.lineTableBytes,
    },
    warnings,
    inputs: await findInputs(bundle),
    watchFiles: Object.keys(bundle.metafile.inputs)
      .map((file) => resolve(bundle.root, file))
      .toSorted(),
    sourceMap: bundle.sourceMap,
  };
}

function isForJavy(option: boolean | 'auto', { variables, properties }: FreeVariables): boolean {
  if (option !== 'auto') return option;
  return javyGlobals.some((name) => variables.has(name) || properties.has(name));
}

function requireMetadata(declared: Metadata, abi: PolicyAbi): Metadata {
  const metadata: Metadata = {
    ...declared,
    executionMode: abi === 'wapc' ? 'kubewarden-wapc' : 'wasi',
    protocolVersion: abi === 'wapc' ? 'v1' : 'Unknown',
  };
  const [problem] = validateMetadata(metadata);
  if (problem !== undefined) {
    throw new CompileError('metadata', `the metadata are invalid: ${problem.path}: ${problem.message}`);
  }
  return metadata;
}

function sizeWarnings({ length }: Uint8Array, maximumBytes: number): CompileWarning[] {
  const hint = 'look at the size report for what is large, and import less of it';
  if (length > maximumBytes) {
    throw new CompileError(
      'too-large',
      `the module has ${length} bytes, more than the ${maximumBytes} allowed`,
      {
        hint,
      },
    );
  }
  return length > comfortableBytes
    ? [{ message: `the module has ${length} bytes, more than ${comfortableBytes}; ${hint}` }]
    : [];
}
