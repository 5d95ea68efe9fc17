import { readFileSync } from 'node:fs';
import { file, guest } from './kwctl.ts';

/** A copy of a guest whose metadata no reader finds. */
export function unannotated(module: string): string {
  const bytes = readFileSync(guest(module));
  bytes.write('_', bytes.lastIndexOf('io.kubewarden.metadata'));
  return file('policy.wasm', bytes);
}

export const request = (name: string): string => guest(`requests/${name}.json`);

/** The responses that `run` has printed. */
export function responses(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
