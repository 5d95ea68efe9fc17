/** Whether the settings of a policy are usable. Made with {@link acceptSettings} and {@link rejectSettings}. */
export interface SettingsValidationResponse {
  readonly valid: boolean;
  /** What is wrong with them. */
  readonly message?: string;
}

/**
 * Says that settings are usable.
 *
 * @example
 * ```ts
 * import { acceptSettings } from '@kubewarden/policy-sdk';
 *
 * acceptSettings(); // => { valid: true }
 * ```
 */
export function acceptSettings(): SettingsValidationResponse {
  return { valid: true };
}

/**
 * Refuses settings: the policy is not loaded with them.
 *
 * @param message - what is wrong, for the operator
 *
 * @example
 * ```ts
 * import { accept, acceptSettings, definePolicy, rejectSettings } from '@kubewarden/policy-sdk';
 *
 * export default definePolicy<{ minimum: number; maximum: number }>({
 *   validate: () => accept(),
 *   validateSettings: ({ minimum, maximum }) =>
 *     minimum <= maximum ? acceptSettings() : rejectSettings('minimum is above maximum'),
 * });
 * ```
 */
export function rejectSettings(message: string): SettingsValidationResponse {
  return { valid: false, message };
}
