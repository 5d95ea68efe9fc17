import { describe, expect, it } from 'vitest';
import { proxiesFromEnvironment, proxyFor } from './proxies.ts';

const proxies = (bypass: string) => ({ http: 'http://plain:3128', https: 'secure:3129', bypass });

describe('proxiesFromEnvironment', () => {
  it('prefers upper case and ignores empty values', () => {
    expect(
      proxiesFromEnvironment({
        HTTP_PROXY: 'http://upper',
        http_proxy: 'http://lower',
        HTTPS_PROXY: '',
        no_proxy: 'a',
      }),
    ).toEqual({ http: 'http://upper', bypass: 'a' });
  });
});

describe('proxyFor', () => {
  it('chooses by the scheme of the URL', () => {
    expect(proxyFor(new URL('http://example.org/'), proxies(''))).toBe('http://plain:3128');
    expect(proxyFor(new URL('https://example.org/'), proxies(''))).toBe('http://secure:3129');
  });

  it.each([
    ['example.org', 'https://example.org/', true],
    ['example.org', 'https://sub.EXAMPLE.org:8443/', true],
    ['.example.org', 'https://sub.example.org/', true],
    ['.example.org', 'https://example.org/', true],
    ['example.org', 'https://notexample.org/', false],
    ['10.0.0.0/8', 'https://10.9.8.7/', true],
    ['10.0.0.0/8', 'https://11.0.0.1/', false],
    ['127.0.0.1', 'http://127.0.0.1:5000/', true],
    ['10.0.0.0/99', 'https://10.0.0.1/', false],
    ['fd00::/8', 'https://[fd12::1]/', true],
    ['other, *', 'https://example.org/', true],
  ])('with NO_PROXY %j, %s is reached directly: %s', (bypass, url, direct) => {
    expect(proxyFor(new URL(url), proxies(bypass)) === undefined).toBe(direct);
  });
});
