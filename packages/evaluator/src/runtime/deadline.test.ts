import type { ExecutionMode } from '@kubewarden/policy';
import { expect, it } from 'vitest';
import { deadlineExceeded, settingsDeadlineExceeded } from './deadline.ts';

const sentence = 'Policy execution interrupted because it exceeded the allowed execution time';
const interrupted = 'guest code interrupted, execution deadline exceeded';

it.each<[ExecutionMode, string, string]>([
  [
    'kubewarden-wapc',
    sentence,
    `Error invoking settings validation callback: GuestCallFailure("${interrupted}")`,
  ],
  ['wasi', sentence, sentence],
  ['opa', `internal server error: ${interrupted}`, interrupted],
  ['gatekeeper', `internal server error: ${interrupted}`, interrupted],
])('%s', (mode, message, settingsMessage) => {
  expect(deadlineExceeded(mode, '42')).toEqual({ uid: '42', allowed: false, status: { message, code: 500 } });
  expect(settingsDeadlineExceeded(mode)).toEqual({ valid: false, message: settingsMessage });
});
