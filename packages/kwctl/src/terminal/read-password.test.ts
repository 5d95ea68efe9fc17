import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { readPassword, type PasswordInput } from './read-password.ts';

function ask(typed: readonly string[]): {
  password: Promise<string>;
  modes: boolean[];
  written: () => string;
} {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    setRawMode: (mode: boolean) => void modes.push(mode),
  }) satisfies PasswordInput;
  for (const part of typed) input.write(part);
  let written = '';
  const password = readPassword('Password: ', input, (text) => void (written += text));
  return { password, modes, written: () => written };
}

test.each([
  [['secret\r'], 'secret'],
  [['se', 'cret', '\n'], 'secret'],
  [['sex\u007fcret\r'], 'secret'],
  [['\u007f\r'], ''],
  [['pässwörd ✓\r'], 'pässwörd ✓'],
])('%j', async (typed, expected) => {
  const { password, modes, written } = ask(typed);
  expect(await password).toBe(expected);
  expect(modes).toEqual([true, false]);
  expect(written()).toBe('Password: \n');
});

test.each([
  [['sec\u0003'], 'no password was given'],
  [['\u0004'], 'no password was given'],
  [['x'.repeat(4097)], 'the password is too long'],
])('is given up: %#', async (typed, message) => {
  const { password, modes } = ask(typed);
  await expect(password).rejects.toThrow(message);
  expect(modes).toEqual([true, false]);
});
