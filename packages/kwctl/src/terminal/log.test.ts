import { expect, test } from 'vitest';
import { createLogger, createPolicyLog } from './log.ts';

function lines(
  verbose: boolean,
  coloured = false,
): { log: ReturnType<typeof createLogger>; text: () => string } {
  let text = '';
  const log = createLogger((part) => void (text += part), { verbose, coloured });
  return { log, text: () => text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g, '<time>') };
}

test('a line has time, level, target, message and fields', () => {
  const { log, text } = lines(false);
  log('warn', 'kwctl::annotate', 'not declared', { capabilities: '{"a"}' });
  log('info', 'kwctl::run', 'done');
  log('debug', 'kwctl::run', 'only if asked for');
  expect(text()).toBe(
    '<time>  WARN kwctl::annotate: not declared capabilities={"a"}\n<time>  INFO kwctl::run: done\n',
  );
});

test('debug lines are there with --verbose, colours on a terminal', () => {
  const { log, text } = lines(true, true);
  log('debug', 't', 'm');
  expect(text()).toBe('<time> \u001b[34mDEBUG\u001b[0m t: m\n');
});

test('a policy can neither forge a line nor reach the terminal', () => {
  const { log, text } = lines(false);
  const entry = {
    policyId: 'a"b',
    level: 'info',
    message: 'x\n2026 ERROR y\u001b[2J',
    data: 'd\r\u009bm',
  } as const;
  createPolicyLog(log)(entry);
  expect(text()).toBe(
    String.raw`<time>  INFO policy_log: x\n2026 ERROR y\u{1b}[2J policy_id="a\"b" data="d\u{d}\u{9b}m"` +
      '\n',
  );
});
