import { describe, expect, it } from 'vitest';
import { parseChallenges } from './challenge.ts';

function parse(...headers: string[]) {
  return parseChallenges(headers).map(({ scheme, parameters }) => ({
    scheme,
    ...Object.fromEntries(parameters),
  }));
}

describe('parseChallenges', () => {
  it('reads what registries send', () => {
    expect(
      parse('Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="a:b:pull,push"'),
    ).toEqual([
      {
        scheme: 'bearer',
        realm: 'https://auth.docker.io/token',
        service: 'registry.docker.io',
        scope: 'a:b:pull,push',
      },
    ]);
    expect(parse('Basic realm="Registry Realm"')).toEqual([{ scheme: 'basic', realm: 'Registry Realm' }]);
  });

  it('reads several headers, and several challenges in one', () => {
    const bearer = { scheme: 'bearer', realm: 'https://t' };
    const basic = { scheme: 'basic', realm: 'r' };
    expect(parse('Basic realm=r', 'Bearer realm="https://t"')).toEqual([basic, bearer]);
    expect(parse('Basic realm="r", Bearer realm="https://t"')).toEqual([basic, bearer]);
    expect(parse('Basic, Negotiate dG9rZW4=, NTLM ,Bearer  REALM = "https://t"')).toEqual([
      { scheme: 'basic' },
      { scheme: 'negotiate' },
      { scheme: 'ntlm' },
      bearer,
    ]);
  });

  it('understands quoting, and takes the first of two parameters', () => {
    expect(parse('Bearer realm="a\\"b,c=d",realm="x"')).toEqual([{ scheme: 'bearer', realm: 'a"b,c=d' }]);
  });

  it.each([
    ['', []],
    [',,, ,', []],
    ['=', []],
    ['realm="x"', []],
    ['Bearer realm="never ends', [{ scheme: 'bearer' }]],
    ['Bearer realm=', [{ scheme: 'bearer' }]],
    ['"quoted" Bearer realm=x', []],
    ['Bearer realm=x \u0000 service=y', [{ scheme: 'bearer', realm: 'x' }]],
  ])('reads no more than there is in %j', (header, challenges) => {
    expect(parse(header)).toEqual(challenges);
  });

  it('takes no longer for what is long', () => {
    for (const piece of ['Bearer ', 'a=', '"\\', 'a=b,', 'a ', '=']) {
      expect(parse(piece.repeat(100_000)).length).toBeGreaterThanOrEqual(0);
    }
  });
});
