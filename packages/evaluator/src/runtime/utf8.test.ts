import { expect, it } from 'vitest';
import { decodeUtf8, Utf8Error } from './utf8.ts';

it('keeps a byte order mark: it is text like any other', () => {
  expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
});

// What `std::str::from_utf8` says of the same bytes.
it.each<[string, number[], string, string]>([
  ['a byte that never occurs', [0x61, 0xff], 'invalid utf-8 sequence of 1 bytes from index 1', 'Some(1)'],
  ['a lone continuation', [0x80], 'invalid utf-8 sequence of 1 bytes from index 0', 'Some(1)'],
  ['an overlong form', [0xc0, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0', 'Some(1)'],
  [
    'an overlong form of three',
    [0xe0, 0x80, 0x80],
    'invalid utf-8 sequence of 1 bytes from index 0',
    'Some(1)',
  ],
  ['a surrogate', [0xed, 0xa0, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0', 'Some(1)'],
  ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0', 'Some(1)'],
  [
    'a sequence that breaks off',
    [0xe2, 0x82, 0x61],
    'invalid utf-8 sequence of 2 bytes from index 0',
    'Some(2)',
  ],
  [
    'one of four that breaks off',
    [0xf0, 0x9f, 0x98, 0x61],
    'invalid utf-8 sequence of 3 bytes from index 0',
    'Some(3)',
  ],
  [
    'the end within a sequence',
    [0xc3, 0xa4, 0xe2, 0x82],
    'incomplete utf-8 byte sequence from index 2',
    'None',
  ],
])('finds %s', (_name, bytes, message, length) => {
  const error = catchError(() => decodeUtf8(Uint8Array.from(bytes)));
  expect(error.message).toBe(message);
  expect(error.debug).toBe(`Utf8Error { valid_up_to: ${/\d+$/.exec(message)![0]}, error_len: ${length} }`);
});

function catchError(run: () => unknown): Utf8Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Utf8Error) return error;
  }
  throw new Error('no Utf8Error');
}
