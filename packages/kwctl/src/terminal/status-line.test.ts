import { expect, test } from 'vitest';
import { createStatusLine, type StatusLine } from './status-line.ts';

function open(options: { terminal?: boolean; TERM?: string; columns?: number } = {}): {
  line: StatusLine;
  written: () => string;
} {
  let written = '';
  const line = createStatusLine({
    stdout: () => undefined,
    stderr: (text) => void (written += text),
    stdin: async () => new Uint8Array(),
    stdoutIsTerminal: false,
    password: async () => '',
    stdinIsTerminal: false,
    stderrIsTerminal: options.terminal ?? true,
    columns: options.columns ?? 80,
    environment: { TERM: options.TERM ?? 'xterm' },
  });
  return { line, written: () => written };
}

test('says what is going on, and what came of it', () => {
  const { line, written } = open();
  line.show('Pulling');
  line.end('Pulled');
  expect(written()).toBe('\r\u001b[2K⠋ Pulling\r\u001b[2KPulled\n');
});

test('other output stands above it', () => {
  const { line, written } = open();
  line.show('Pulling');
  line.write('a log line\n');
  line.clear();
  line.write('another\n');
  expect(written()).toBe(
    '\r\u001b[2K⠋ Pulling\r\u001b[2Ka log line\n\r\u001b[2K⠋ Pulling\r\u001b[2Kanother\n',
  );
});

test('never takes more than one line, nor obeys what it shows', () => {
  const { line, written } = open({ columns: 14 });
  line.show('\u001b[2J a long text');
  line.show('a long text', '(5 %)');
  line.clear();
  expect(written()).toBe('\r\u001b[2K⠋ \\u{1b}[2J …\r\u001b[2K⠋ a lo… (5 %)\r\u001b[2K');
});

test('a terminal without cursor control gets the last text only', () => {
  const { line, written } = open({ TERM: 'dumb' });
  line.show('Pulling');
  line.end('Pulled');
  expect(written()).toBe('Pulled\n');
});

test('nothing is shown where there is no terminal', () => {
  const { line, written } = open({ terminal: false });
  line.show('Pulling');
  line.write('a log line\n');
  line.end('Pulled');
  expect(written()).toBe('a log line\n');
});
