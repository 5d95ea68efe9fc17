import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { CliError, describeError, fileProblem } from './cli-error.ts';

describe('describeError', () => {
  test('leaves out causes that repeat the message, whatever their last newline', () => {
    const cause = new Error('wrong at line 1\n');
    expect(describeError(new CliError('wrong at line 1 (file.yml)', { cause }))).toBe(
      'Error: wrong at line 1 (file.yml)\n',
    );
    expect(describeError(new CliError('cannot do it', { cause }))).toBe(
      'Error: cannot do it\n\nCaused by:\n    wrong at line 1\n',
    );
  });

  test('leaves out the failure of a file that the message has in other words', async () => {
    const cause = await readFile('/nowhere').catch((error: unknown) => error);
    const error = new CliError(`cannot read /nowhere: ${fileProblem(cause)}`, { cause });
    expect(describeError(error)).toBe(
      'Error: cannot read /nowhere: No such file or directory (os error 2)\n',
    );
  });
});
