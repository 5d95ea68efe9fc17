import { deepStrictEqual, fail, match, strictEqual } from 'node:assert/strict';
import type { TestHost } from './host.ts';
import { testPolicy, testSettings, type Evaluation } from './test-policy.ts';
import type { PolicyUnderTest } from './subject.ts';
import type { Verdict } from './verdict.ts';

/** The verdict that a case expects. What is not mentioned may be anything, but for the object: see below. */
export interface ExpectedVerdict {
  readonly accepted: boolean;
  /** The whole message, or what must match it. */
  readonly message?: string | RegExp;
  readonly code?: number;
  /** The object as a whole, or a function that checks it; absent when the policy must not change anything. */
  readonly mutatedObject?: object | ((object: unknown) => void);
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
}

/** One line of a policy's table of tests. */
export interface PolicyCase extends Evaluation<unknown> {
  /** What the case shows; the name of the test. */
  readonly name: string;
  readonly expected: ExpectedVerdict;
}

/** One line of a policy's table of settings. */
export interface SettingsCase {
  readonly name: string;
  readonly settings: unknown;
  /** For a policy that asks its host about settings. */
  readonly host?: TestHost;
  readonly valid: boolean;
  /** The whole message, or what must match it. */
  readonly message?: string | RegExp;
}

/**
 * Evaluates a policy with a case and compares the verdict. The same table of cases serves the policy as it is
 * written and the compiled module, under any test runner.
 *
 * @param policy - as for `testPolicy`
 * @throws AssertionError if the verdict is another one
 *
 * @example
 * ```ts
 * import { accept, definePolicy, reject } from '@kubewarden/policy-sdk';
 * import { admissionRequest, checkCase, type PolicyCase } from '@kubewarden/policy-sdk/testing';
 *
 * const policy = definePolicy({
 *   validate: ({ operation }) => (operation === 'DELETE' ? reject({ message: 'nothing is deleted' }) : accept()),
 * });
 *
 * const cases: PolicyCase[] = [
 *   { name: 'creating', request: admissionRequest(), expected: { accepted: true } },
 *   {
 *     name: 'deleting',
 *     request: admissionRequest({ operation: 'DELETE' }),
 *     expected: { accepted: false, message: /deleted/ },
 *   },
 * ];
 * // In vitest: test.each(cases)('$name', (tested) => checkCase(policy, tested));
 * for (const tested of cases) await checkCase(policy, tested);
 * ```
 */
export async function checkCase(policy: PolicyUnderTest, tested: PolicyCase): Promise<void> {
  const verdict: Verdict<unknown> = await testPolicy(policy, tested);
  const { expected } = tested;
  const said = verdict.message === undefined ? '' : `: ${verdict.message}`;
  strictEqual(verdict.accepted, expected.accepted, `${verdict.accepted ? 'accepted' : 'rejected'}${said}`);
  compareMessage(verdict.message, expected.message);
  if (expected.code !== undefined) strictEqual(verdict.code, expected.code);
  if (expected.warnings !== undefined) deepStrictEqual(verdict.warnings, expected.warnings);
  if (expected.auditAnnotations !== undefined) {
    deepStrictEqual(verdict.auditAnnotations, expected.auditAnnotations);
  }
  if (typeof expected.mutatedObject !== 'function') {
    deepStrictEqual(verdict.mutatedObject, expected.mutatedObject);
  } else if (verdict.mutatedObject === undefined) fail('the policy changes nothing');
  else expected.mutatedObject(verdict.mutatedObject);
}

/**
 * Asks a policy about the settings of a case and compares what it says.
 *
 * @param policy - as for `testPolicy`
 * @throws AssertionError if it says something else
 *
 * @example
 * ```ts
 * import { accept, definePolicy, rejectSettings } from '@kubewarden/policy-sdk';
 * import { checkSettingsCase } from '@kubewarden/policy-sdk/testing';
 *
 * const policy = definePolicy({ validate: () => accept(), validateSettings: () => rejectSettings('no') });
 * await checkSettingsCase(policy, { name: 'none are good', settings: {}, valid: false, message: 'no' });
 * ```
 */
export async function checkSettingsCase(policy: PolicyUnderTest, tested: SettingsCase): Promise<void> {
  const { valid, message } = await testSettings(policy, tested.settings, tested.host);
  strictEqual(valid, tested.valid, message);
  compareMessage(message, tested.message);
}

function compareMessage(message: string | undefined, expected: string | RegExp | undefined): void {
  if (expected instanceof RegExp) match(message ?? '', expected);
  else if (expected !== undefined) strictEqual(message, expected);
}
