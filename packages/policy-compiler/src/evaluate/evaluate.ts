import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeLineTable } from '../bundle/line-table.ts';
import { policyVariable, type Bundle } from '../bundle/bundle.ts';
import { bundleName, isOwnFile, type BundleSources } from '../bundle/source-map.ts';
import type { CompileWarning } from '../compiled-policy.ts';
import { CompileError, type CompileErrorCode, type SourceLocation } from '../errors.ts';
import { Engine, EngineException, type Native } from './engine.ts';
import { engineFacts } from './engine-facts.ts';
import { writeStateBlock } from './state-block.ts';

/** Milliseconds that code outside of functions may take. */
const maximumMilliseconds = 5000;
/** Bytes of memory that a policy may have before it has seen a request. */
const maximumMemoryBytes = 64 * 1024 * 1024;

/** A policy that has been evaluated and waits for its first request. */
export interface EvaluatedPolicy {
  /** The engine's memory. */
  readonly memory: Uint8Array;
  /** Where the state block is that the glue works with. */
  readonly stateAddress: number;
  /** Bytes of the table of lines. */
  readonly lineTableBytes: number;
  readonly warnings: readonly CompileWarning[];
}

export interface EvaluationInput {
  readonly runtime: string;
  readonly bundle: Bundle;
  readonly sources: BundleSources;
  readonly javy: boolean;
}

/** Lines in front of the bundle of a program for Javy: it becomes a function that is called for each request. */
export const javyLineOffset = 1;

/**
 * Evaluates a policy once: all that stands outside of functions runs now, and never again.
 *
 * @throws CompileError for what must not happen before there is a request
 */
export async function evaluatePolicy({
  runtime,
  bundle,
  sources,
  javy,
}: EvaluationInput): Promise<EvaluatedPolicy> {
  const table = makeLineTable(bundle.sourceMap, javy ? javyLineOffset : 0);
  const start = `__kw_start(${policyVariable}, ${JSON.stringify(table)})`;
  const program = javy ? `var ${policyVariable} = function () {\n${bundle.code}\n};` : bundle.code;

  // Compiled elsewhere, so that what parsing leaves behind does not become a part of the policy.
  const compiler = await Engine.start();
  const scripts = [
    [runtime, 'kubewarden.js'],
    [program, bundleName],
    [start, 'kubewarden.js'],
  ].map(([code, name]) => compiler.compile(code!, name!));

  const output: string[] = [];
  const deadline = Date.now() + maximumMilliseconds;
  let exceeded: string | undefined;
  const engine = await Engine.start({
    natives: buildNatives(output),
    interrupt: (memoryBytes) => {
      if (memoryBytes > maximumMemoryBytes)
        exceeded = `more than ${maximumMemoryBytes / 1024 / 1024} MiB of memory`;
      else if (Date.now() > deadline) exceeded = `more than ${maximumMilliseconds / 1000} s`;
      return exceeded !== undefined;
    },
  });
  for (const name of ['call', 'encode', 'decode', 'print']) engine.defineNative(`__kw_${name}`, name);
  engine.run(scripts[0]!);
  let thrown: EngineException | undefined;
  try {
    engine.run(scripts[1]!);
    engine.run(scripts[2]!);
  } catch (error) {
    if (!(error instanceof EngineException)) throw error;
    thrown = error;
  }
  if (exceeded !== undefined) {
    const hint = 'move the work into a handler';
    const location = thrown === undefined ? undefined : placeOf(thrown.trace, sources);
    throw new CompileError('top-level-limit', `code outside of functions takes ${exceeded}`, {
      location,
      hint,
    });
  }
  if (!javy) checkViolations(engine, sources);
  if (thrown !== undefined) {
    const location = placeOf(thrown.trace, sources);
    const hint = 'code outside of functions runs while the policy is compiled, and must not fail';
    throw new CompileError('top-level-throw', `the policy throws when it is evaluated: ${thrown.text}`, {
      location,
      hint,
    });
  }
  if (!javy) await checkExport(engine, bundle);
  const stateAddress = writeStateBlock(engine, (await engineFacts()).randomState);
  return {
    memory: engine.snapshot(),
    stateAddress,
    lineTableBytes: table.mappings.length + table.sources.length,
    warnings: output.map((text) => ({
      message: `printed while the policy was compiled, and never again: ${text.trim()}`,
    })),
  };
}

/** What the runtime finds while there is no host; what is printed is kept. */
function buildNatives(output: string[]): Readonly<Record<string, Native>> {
  return {
    call: (engine, values) => {
      const [, namespace, operation, payload] = values.map((value) => engine.text(value));
      // The console is the only one that gets here; see `guest/top-level.ts`.
      if (namespace !== 'tracing' || operation !== 'log') return engine.throwText('there is no host yet');
      output.push((JSON.parse(payload!) as { readonly message: string }).message);
      return engine.newText('');
    },
    encode: (engine, [text]) => engine.newArrayBuffer(new TextEncoder().encode(engine.text(text!))),
    decode: (engine, [buffer, offset, length]) => {
      const start = engine.number(offset!);
      const bytes = engine.arrayBufferBytes(buffer!).subarray(start, start + engine.number(length!));
      return engine.newText(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    },
    print: (engine, [text]) => {
      output.push(engine.text(text!));
      return engine.newUndefined();
    },
  };
}

/** The innermost place in the policy's own files, or in those of a package if there is none. */
function placeOf(trace: string, sources: BundleSources): SourceLocation | undefined {
  const places = sources.locateTrace(trace);
  return places.find(({ file }) => isOwnFile(file)) ?? places[0];
}

const violationTexts: Readonly<Record<string, readonly [CompileErrorCode, string, string]>> = {
  clock: [
    'top-level-clock',
    'the clock is read outside of a handler',
    'this code runs while the policy is compiled, so that the time would always be the same: read the clock in validate',
  ],
  random: [
    'top-level-random',
    'a random number is drawn outside of a handler',
    'this code runs while the policy is compiled, so that the number would always be the same: draw it in validate',
  ],
  'host-call': [
    'top-level-host-call',
    'a host capability is called outside of a handler',
    'this code runs while the policy is compiled, where there is no host: call it in validate',
  ],
};

function checkViolations(engine: Engine, sources: BundleSources): void {
  const [first] = JSON.parse(engine.callForText('__kw_finish')) as {
    readonly what: string;
    readonly trace: string;
  }[];
  if (first === undefined) return;
  const [code, problem, hint] = violationTexts[first.what]!;
  throw new CompileError(code, problem, { location: placeOf(first.trace, sources), hint });
}

async function checkExport(engine: Engine, { root, entry }: Bundle): Promise<void> {
  const value = engine.global('__kw_problem');
  const problem = engine.text(value);
  engine.free(value);
  const hint = 'write `export default definePolicy({ … })`';
  if (problem === 'missing') {
    const location = { file: entry, line: 1, column: 1 };
    throw new CompileError('no-default-export', 'the file has no default export', { location, hint });
  }
  if (problem === 'wrong') {
    const lines = (await readFile(join(root, entry), 'utf8')).split('\n');
    const line = lines.findIndex((text) => /^\s*export\s+default\b/.test(text)) + 1;
    const location = { file: entry, line: Math.max(line, 1), column: 1 };
    throw new CompileError('not-a-policy', 'the default export is not what definePolicy returns', {
      location,
      hint,
    });
  }
}
