import type { Readable } from 'node:stream';

/** A terminal that can be kept from echoing. */
export interface PasswordInput extends Readable {
  setRawMode(mode: boolean): unknown;
}

const maximumCharacters = 4096;
const interrupt = '\u0003';
const endOfInput = '\u0004';
const backspace = new Set(['\u0008', '\u007f']);

/**
 * Reads a line from a terminal without showing what is typed.
 *
 * @throws Error if the user gives up (Ctrl-C, Ctrl-D on an empty line) or types more than 4096 characters
 */
export async function readPassword(
  prompt: string,
  input: PasswordInput,
  write: (text: string) => void,
): Promise<string> {
  write(prompt);
  input.setRawMode(true);
  input.setEncoding('utf8');
  try {
    const typed: string[] = [];
    for await (const chunk of input.iterator({ destroyOnReturn: false })) {
      for (const character of chunk as string) {
        if (character === '\r' || character === '\n') return typed.join('');
        if (character === interrupt || (character === endOfInput && typed.length === 0)) {
          throw new Error('no password was given');
        }
        if (backspace.has(character)) typed.pop();
        else typed.push(character);
        if (typed.length > maximumCharacters) throw new Error('the password is too long');
      }
    }
    throw new Error('no password was given');
  } finally {
    input.setRawMode(false);
    input.pause();
    write('\n');
  }
}
