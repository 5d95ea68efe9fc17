import { printable } from './printable.ts';

/** Something that went wrong and that the user should read; exit code 1. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/**
 * The text of an error as the original prints it: the message, then the causes.
 *
 * A cause that only repeats a part of the message is left out.
 */
export function describeError(error: unknown): string {
  const messages = chain(error);
  const [message, ...causes] = messages.filter(
    (text, index) => index === 0 || !messages.slice(0, index).some((outer) => outer.includes(text)),
  );
  if (causes.length === 0) return `Error: ${message}\n`;
  const lines = causes.map((text, index) => (causes.length === 1 ? `    ${text}` : `    ${index}: ${text}`));
  return `Error: ${message}\n\nCaused by:\n${lines.join('\n')}\n`;
}

function chain(error: unknown): string[] {
  const messages: string[] = [];
  for (let at: unknown = error; at !== undefined && at !== null && messages.length < 10;) {
    if (!(at instanceof Error)) {
      messages.push(printable(typeof at === 'string' ? at : JSON.stringify(at)));
      break;
    }
    messages.push(printable(at.message));
    at = at.cause;
  }
  return messages;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory (os error 2)',
  EACCES: 'Permission denied (os error 13)',
  EISDIR: 'Is a directory (os error 21)',
  ENOTDIR: 'Not a directory (os error 20)',
  ENOSPC: 'No space left on device (os error 28)',
};

/** The reason of a failed file operation, in the words that users of the original know. */
export function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? message;
}
