/**
 * Compiles the guests in WAT, and writes those that are no modules at all.
 *
 * A source that begins with `(module` stands for itself; any other is a fragment that `frames/` completes. The
 * comment at the top of a source becomes the description in its metadata.
 *
 * usage: node build.ts [OUT]
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import wabt from 'wabt';
import { annotate } from '../annotate.ts';

const here = import.meta.dirname;
const out = process.argv[2] ?? here;

const executionModes = { wapc: 'kubewarden-wapc', wasi: 'wasi' } as const;

/** Beyond the compiler's default; not all of them are known to the host, which is what some guests are about. */
const features = { bulk_memory: true, memory64: true, reference_types: true, threads: true };

type Abi = keyof typeof executionModes;

interface CatalogueRow {
  readonly module: string;
  readonly policyType?: string;
}

/** An annotation would rename the import that this one is about. */
const unannotated: ReadonlySet<string> = new Set(['host-call-javy.wat']);

/** Files that no engine may accept; evaluator.md 1.1. */
const malformed: Readonly<Record<string, Uint8Array>> = {
  empty: Uint8Array.of(),
  'not-wasm': new TextEncoder().encode('#!/bin/sh\necho "I am no module"\n'),
  'other-version': Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0),
  /** The header of a WebAssembly component, with nothing in it. */
  component: Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0),
  /** Announces a type section of 2^32 - 1 bytes. */
  'section-too-long': Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f),
};

/** Which guests take raw requests stands in the catalogue. */
const rawGuests = new Set(
  (JSON.parse(await readFile(join(here, 'catalogue.json'), 'utf8')) as CatalogueRow[])
    .filter(({ policyType }) => policyType === 'raw')
    .map(({ module }) => module),
);

const compiler = await wabt();

for (const abi of Object.keys(executionModes) as Abi[]) {
  const frame = await readFile(join(here, 'frames', `${abi}.wat`), 'utf8');
  await mkdir(join(out, abi), { recursive: true });
  for (const file of await readdir(join(here, abi))) {
    if (!file.endsWith('.wat')) continue;
    const source = await readFile(join(here, abi, file), 'utf8');
    const text = /^\(module/m.test(source) ? source : frame.replace(';; fragment', () => source);
    const module = compile(`${abi}/${file}`, text);
    await writeFile(
      join(out, abi, file.replace('.wat', '.wasm')),
      unannotated.has(file) ? module : annotate(module, metadata(abi, file, source)),
    );
  }
}

await mkdir(join(out, 'module'), { recursive: true });
for (const [name, bytes] of Object.entries(malformed)) {
  await writeFile(join(out, 'module', `${name}.wasm`), bytes);
}
const accept = await readFile(join(out, 'wapc', 'accept.wasm'));
await writeFile(join(out, 'module', 'truncated.wasm'), accept.subarray(0, Math.floor(accept.length / 2)));
await writeFile(
  join(out, 'module', 'body-of-another-type.wasm'),
  assemble('body-of-another-type', '(module (func (export "__guest_call") (param i32 i32) (result i32)))'),
);

function assemble(name: string, text: string): Uint8Array<ArrayBuffer> {
  const module = compiler.parseWat(name, text, features);
  try {
    return Uint8Array.from(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

/** As {@link assemble}, and sure to be valid. */
function compile(name: string, text: string): Uint8Array {
  const bytes = assemble(name, text);
  try {
    new WebAssembly.Module(bytes);
  } catch (cause) {
    throw new Error(`${name} is not valid`, { cause });
  }
  return bytes;
}

function metadata(abi: Abi, file: string, source: string): object {
  const comment = source.match(/^(?:;;.*\n)+/)?.[0] ?? '';
  const isRaw = rawGuests.has(`wat/${abi}/${file.replace('.wat', '.wasm')}`);
  const description = comment.replace(/^;; */gm, '').replaceAll(/\s+/g, ' ').trim();
  return {
    protocolVersion: 'v1',
    rules: isRaw
      ? []
      : [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE', 'UPDATE'] }],
    annotations: {
      'io.kubewarden.policy.title': file.replace('.wat', ''),
      'io.kubewarden.policy.description': description,
    },
    mutating: file === 'mutate.wat',
    backgroundAudit: true,
    executionMode: executionModes[abi],
    policyType: isRaw ? 'raw' : 'kubernetes',
    contextAwareResources: source.includes('Namespace') ? [{ apiVersion: 'v1', kind: 'Namespace' }] : [],
  };
}
