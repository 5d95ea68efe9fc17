export { testPolicy, testSettings, type Evaluation } from './test-policy.ts';
export {
  checkCase,
  checkSettingsCase,
  type ExpectedVerdict,
  type PolicyCase,
  type SettingsCase,
} from './policy-case.ts';
export { admissionRequest, requestFromFile, type RequestFields } from './requests.ts';
export { recordedSession } from './recorded-session.ts';
export type { HostAnswers, HostSession, TestHost } from './host.ts';
export type { HostOperations } from './host-operations.ts';
export { PolicyFailure, type PolicyUnderTest, type SettingsVerdict } from './subject.ts';
export type { HostCall, LogEntry, Verdict } from './verdict.ts';
