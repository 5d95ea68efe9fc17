export { compilePolicy } from './compile.ts';
export type {
  BundledPackage,
  CompiledPolicy,
  CompileOptions,
  CompileWarning,
  PolicyAbi,
  PolicyInputs,
  SizeReport,
} from './compiled-policy.ts';
export { CompileError, formatLocation, type CompileErrorCode, type SourceLocation } from './errors.ts';
export { cycloneDxBill } from './inputs/cyclonedx.ts';
