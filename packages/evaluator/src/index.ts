export type { PolicyModule } from './module/policy-module.ts';
export type { SandboxPlan } from './sandbox/plan.ts';
export type { EvaluationContext, EvaluationInput, PolicyRuntime } from './runtime/policy-runtime.ts';
export type { HostGate, PolicyPermissions } from './host/gate.ts';
export type { HostCapabilities } from './host/capabilities.ts';
export type { PolicyLog, PolicyLogEntry, PolicyLogLevel } from './host/log.ts';
export { HostCallError } from './host/errors.ts';
export type * from './host/request.ts';
