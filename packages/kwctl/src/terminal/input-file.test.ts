import { expect, test } from 'vitest';
import { file, temporaryFolder } from '../testing/kwctl.ts';
import { readInputFile } from './input-file.ts';

test('reads files of the allowed size, and no larger ones', async () => {
  const path = file('input', '12345678');
  expect((await readInputFile(path, 8)).toString()).toBe('12345678');
  await expect(readInputFile(path, 7)).rejects.toThrow('it is larger than 7 bytes');
});

test('does not read on for ever', async () => {
  await expect(readInputFile('/dev/zero', 1_000_000)).rejects.toThrow('it is larger than 1000000 bytes');
});

test('tells what is wrong with a file', async () => {
  await expect(readInputFile('/nowhere', 8)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(readInputFile(temporaryFolder(), 8)).rejects.toMatchObject({ code: 'EISDIR' });
});
