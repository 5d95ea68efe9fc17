export { createRegoRuntime } from './runtime.ts';
export { regoImports } from './imports.ts';
export { regoBuiltinNames } from './builtins/table.ts';
