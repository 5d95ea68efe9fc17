import type { PolicyCase, SettingsCase } from '@kubewarden/policy-sdk/testing';

/**
 * What a policy of the library must show: the default export of the `cases.ts` in its folder. The tables hold for the
 * policy as it is written and for the module that is compiled of it.
 */
export interface PolicyTables {
  readonly cases: readonly PolicyCase[];
  readonly settings: readonly SettingsCase[];
}
