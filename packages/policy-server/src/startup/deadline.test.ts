import { describe, expect, it } from 'vitest';
import { unlessAborted, withDeadline } from './deadline.ts';

const listening = (signal: AbortSignal) => () =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('operation aborted')));
  });

const never = () => new Promise<never>(() => {});

describe('a deadline', () => {
  it('ends work that does not listen', async () => {
    const attempt = withDeadline(20, 'the download', (signal) => unlessAborted(signal, never));
    await expect(attempt).rejects.toThrow('the download took longer than 0.02 s');
  });

  it('says why, whatever the work says', async () => {
    const attempt = withDeadline(20, 'all', (signal) => unlessAborted(signal, listening(signal)));
    await expect(attempt).rejects.toThrow('all took longer than 0.02 s');
  });

  it('is no hindrance to what is done in time', async () => {
    expect(await withDeadline(60_000, 'it', (signal) => unlessAborted(signal, async () => 1))).toBe(1);
    await expect(
      withDeadline(60_000, 'it', (signal) => unlessAborted(signal, () => Promise.reject(new Error('no')))),
    ).rejects.toThrow('no');
  });
});
