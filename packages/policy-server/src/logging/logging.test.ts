import { describe, expect, it } from 'vitest';
import { formatJsonLine } from './json.ts';
import { bare, createLogger, type LogFormat } from './logger.ts';
import { createPolicyLog } from './policy-log.ts';
import { formatText } from './text.ts';

function lines(format: LogFormat, level: 'debug' | 'info' = 'info') {
  const written: string[] = [];
  return { written, logger: createLogger(level, format, (line) => written.push(line)) };
}

const plainText: LogFormat = (entry) => formatText(entry, false);
const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z`;

describe('the text log', () => {
  it('has the form that tools grep', () => {
    const { written, logger } = lines(plainText);
    logger
      .withTarget('policy_server::certs')
      .log('info', 'Loaded client CA certificates', { client_ca_certs_added: 2, client_ca_certs_ignored: 0 });
    expect(written.join('')).toMatch(
      new RegExp(
        `^${time}  INFO policy_server::certs: Loaded client CA certificates client_ca_certs_added=2 client_ca_certs_ignored=0\n$`,
      ),
    );
  });

  it('prints spans, quotes text and leaves bare values bare', () => {
    const { written, logger } = lines(plainText);
    const span = { name: 'request', fields: { method: bare('POST'), uri: bare('/validate/p') } };
    logger.log('error', 'failed', { error: 'a "b"\nc', latency: bare('3 ms') }, [span]);
    expect(written.join('')).toContain(
      String.raw`ERROR request{method=POST uri=/validate/p}: policy_server: failed error="a \"b\"\nc" latency=3 ms`,
    );
  });

  it('lets nobody forge a line or colour a terminal', () => {
    const { written, logger } = lines(plainText);
    logger.log('info', 'a\n2026-01-01 ERROR b\u001b[31m', { uri: bare('x\ny') });
    expect(written.join('').match(/\n/g)).toHaveLength(1);
    expect(written.join('')).toContain(String.raw`a\n2026-01-01 ERROR b\u{1b}[31m uri=x\ny`);
  });

  it('writes nothing below the level', () => {
    const { written, logger } = lines(plainText);
    logger.log('debug', 'quiet');
    expect(written).toEqual([]);
    expect(logger.isEnabled('debug')).toBe(false);
  });
});

describe('the JSON log', () => {
  it('has the shape of the original', () => {
    const { written, logger } = lines(formatJsonLine);
    logger.log('warn', 'hello', { count: 1, name: bare('x') }, [
      { name: 'request', fields: { uri: bare('/') } },
    ]);
    expect(JSON.parse(written.join(''))).toEqual({
      timestamp: expect.stringMatching(new RegExp(`^${time}$`)),
      level: 'WARN',
      fields: { message: 'hello', count: 1, name: 'x' },
      target: 'policy_server',
      span: { name: 'request', uri: '/' },
      spans: [{ name: 'request', uri: '/' }],
    });
  });
});

describe('the log of policies', () => {
  it('keeps guests and host apart', () => {
    const { written, logger } = lines(plainText);
    const log = createPolicyLog(logger);
    log({ policyId: 'p', level: 'info', message: 'from the guest', data: '{"a":1}' });
    log({
      policyId: 'p',
      level: 'info',
      message: 'from the host',
      fields: { policy_id: 'p', response: 'R { }' },
    });
    log({ policyId: 'p', level: 'trace', message: 'too quiet' });
    expect(written.map((line) => line.slice(28))).toEqual([
      String.raw` INFO policy_log{policy_id="p"}: policy_log: from the guest data="{\"a\":1}"` + '\n',
      ' INFO policy_evaluator: from the host policy_id="p" response="R { }"\n',
    ]);
  });
});
