import type { ImportSignature } from '../module/imports.ts';

/** Both names of the module that offers host calls; the second is what the Javy plugin of the JavaScript SDK imports. */
export const hostCallModules = ['host', 'kubewarden:javy/host'] as const;

/** The functions that a WASI policy may import beside those of WASI itself. */
export const wasiImports: readonly ImportSignature[] = hostCallModules.map((module) => ({
  module,
  name: 'call',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  results: ['i32'],
}));
