export type { PolicyModule } from './module/policy-module.ts';
export type { SandboxPlan } from './sandbox/plan.ts';
export type { EvaluationContext, EvaluationInput, PolicyRuntime } from './runtime/policy-runtime.ts';
export { PolicyInitializationError, ProtocolVersionError } from './runtime/errors.ts';
export {
  createHostGate,
  maximumHostCallPayload,
  type HostGate,
  type PolicyPermissions,
} from './host/gate.ts';
export {
  formatHostCapabilities,
  HostCapabilityPatternError,
  hostCapabilityPatterns,
  isCapabilityAllowed,
  parseHostCapabilities,
  type HostCapabilities,
} from './host/capabilities.ts';
export type { PolicyLog, PolicyLogEntry, PolicyLogLevel } from './host/log.ts';
export { describeErrorChain, HostCallError, HostChannelError } from './host/errors.ts';
export type * from './host/request.ts';
export { toAdmissionResponse } from './verdict/admission-response.ts';
export { diffJson } from './verdict/diff.ts';
export { applyPolicyRules, type PolicyRules } from './verdict/rules.ts';
export { rustDebugString } from './verdict/rust-debug.ts';
export { compileGroupExpression, type GroupExpression } from './group/expression.ts';
export { GroupExpressionError } from './group/error.ts';
export { evaluateGroup, type GroupReview } from './group/group.ts';
export { compilePolicyModule, defaultMaximumMemoryBytes, type CompileOptions } from './module/compile.ts';
export { PolicyModuleError } from './module/error.ts';
export { createPolicyRuntime } from './runtime/create.ts';
export { deadlineExceeded, settingsDeadlineExceeded } from './runtime/deadline.ts';
export { systemClock, type GuestClock, type RandomSource, type RuntimeOptions } from './runtime/options.ts';
