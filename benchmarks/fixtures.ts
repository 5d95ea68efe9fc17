import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPolicy } from '../policies/build.ts';

/** The checkout that is measured. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** A policies.yml entry for a guest of this repository. */
export function guestPolicy(file: string, settings: Record<string, unknown> = {}): Record<string, unknown> {
  return { module: `file://${join(root, 'guests', file)}`, settings, hostCapabilities: ['*'] };
}

/** An AdmissionReview about a pod of realistic size, about 5 kB, without blanks as the API server sends it. */
export const realisticReview = JSON.stringify(
  JSON.parse(readFileSync(join(root, 'guests/requests/pod-realistic.json'), 'utf8')),
);

const built = mkdtempSync(join(tmpdir(), 'kubewarden-bench-'));

/** A policies.yml entry for a policy of the library that is written in TypeScript. */
async function libraryPolicy(name: string): Promise<Record<string, unknown>> {
  const module = join(built, `${name}.wasm`);
  await buildPolicy(name, module);
  return { module: `file://${module}` };
}

/** One policy for each way of talking to a guest. */
export const policiesByAbi: Readonly<Record<string, Record<string, unknown>>> = {
  'gatekeeper (Rego)': guestPolicy('rego/pod-privileged.wasm'),
  'opa (Rego)': guestPolicy('rego/opa.wasm'),
  'waPC (Rust)': guestPolicy('rust/pod-privileged.wasm'),
  'waPC (TypeScript)': await libraryPolicy('pod-privileged'),
  'waPC (AssemblyScript)': guestPolicy('assemblyscript/pod-privileged.wasm'),
  'waPC (Go reactor)': guestPolicy('go/pod-privileged.wasm'),
  'WASI (C)': guestPolicy('c/pinned-images.wasm'),
  'WASI (Go)': guestPolicy('go/required-annotations.wasm', {
    requiredAnnotations: { 'example.com/team': 'shop' },
  }),
};
