import { printable } from './printable.ts';
import type { Terminal } from './terminal.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const frameMilliseconds = 100;
const clearLine = '\r\u001b[2K';

/** One line at the bottom of a terminal that says what is going on; nothing at all where there is no terminal. */
export interface StatusLine {
  /**
   * Shows a text that moves until it is replaced or ended.
   *
   * @param detail stands at the end, and is there even if the text has to be cut
   */
  readonly show: (text: string, detail?: string) => void;
  /** Replaces the moving text by one that stays. */
  readonly end: (text: string) => void;
  /** Removes the moving text. */
  readonly clear: () => void;
  /** Writes to standard error, above the line. */
  readonly write: (text: string) => void;
}

/** A status line on standard error. A terminal without cursor control (`TERM=dumb`) gets the last text only. */
export function createStatusLine(terminal: Terminal): StatusLine {
  const { stderr, stderrIsTerminal, columns, environment } = terminal;
  if (!stderrIsTerminal) {
    return { show: () => undefined, end: () => undefined, clear: () => undefined, write: stderr };
  }
  const moves = environment['TERM'] !== 'dumb';
  let shown: { readonly text: string; readonly detail: string } | undefined;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    if (shown === undefined) return;
    const detail = shown.detail === '' ? '' : ` ${shown.detail}`;
    const room = columns - 1 - '⠋ '.length - detail.length;
    stderr(`${clearLine}${frames[frame % frames.length]!} ${cut(shown.text, room)}${detail}`);
  };
  const clear = (): void => {
    if (shown === undefined) return;
    clearInterval(timer);
    shown = undefined;
    stderr(clearLine);
  };
  return {
    show: (text, detail = '') => {
      if (!moves) return;
      if (shown === undefined) {
        timer = setInterval(() => {
          frame += 1;
          draw();
        }, frameMilliseconds).unref();
      }
      shown = { text, detail };
      draw();
    },
    end: (text) => {
      clear();
      stderr(`${printable(text)}\n`);
    },
    clear,
    write: (text) => {
      if (shown === undefined) {
        stderr(text);
        return;
      }
      stderr(clearLine + text);
      draw();
    },
  };
}

/** A text on one line, that takes no more than so many characters. */
function cut(text: string, length: number): string {
  const characters = Array.from(printable(text).replaceAll('\n', ' '));
  return characters.length <= length
    ? characters.join('')
    : `${characters.slice(0, Math.max(0, length - 1)).join('')}…`;
}
