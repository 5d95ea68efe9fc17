import type { Policy } from '../define-policy.ts';
import type { SettingsValidationResponse } from '../settings/settings.ts';
import type { Verdict } from './verdict.ts';

/** What is tested: a policy as it is written, the file of a compiled module, or its bytes. */
export type PolicyUnderTest = Policy | string | URL | Uint8Array;

/** What a policy says of its settings. */
export type SettingsVerdict = SettingsValidationResponse;

/** The verdict itself, without what was observed. */
export type EvaluationResult = Omit<Verdict<unknown>, 'logs' | 'hostCalls' | 'unusedExchanges'>;

/** A policy that did not come to a verdict; the message is what its host would report. */
export class PolicyFailure extends Error {
  override readonly name = 'PolicyFailure';
}
