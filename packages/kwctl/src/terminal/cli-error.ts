import { printable } from './printable.ts';

/** Something that went wrong and that the user should read; exit code 1. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/**
 * The text of an error as the original prints it: the message, then the causes.
 *
 * A cause that only repeats a part of the message is left out, be it in other words.
 */
export function describeError(error: unknown): string {
  const links = chain(error);
  const [message, ...causes] = links
    .filter(({ says }, index) => {
      const before = links.slice(0, index);
      return !says.some((text) => before.some((outer) => outer.text.includes(text)));
    })
    .map(({ text }) => text);
  if (causes.length === 0) return `Error: ${message}\n`;
  const lines = causes.map((text, index) => (causes.length === 1 ? `    ${text}` : `    ${index}: ${text}`));
  return `Error: ${message}\n\nCaused by:\n${lines.join('\n')}\n`;
}

interface Link {
  readonly text: string;
  /** The same in all the words that there are for it. */
  readonly says: readonly string[];
}

function chain(error: unknown): Link[] {
  const links: Link[] = [];
  for (let at: unknown = error; at !== undefined && at !== null && links.length < 10;) {
    if (!(at instanceof Error)) {
      const text = printable(typeof at === 'string' ? at : JSON.stringify(at));
      links.push({ text, says: [text] });
      break;
    }
    const text = printable(at.message).trim();
    links.push({ text, says: [text, fileProblem(at)] });
    at = at.cause;
  }
  return links;
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
