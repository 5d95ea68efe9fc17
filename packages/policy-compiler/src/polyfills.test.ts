import { beforeAll, describe, expect, it } from 'vitest';
import { abis, policySource, testPolicy, type TestPolicy } from './testing/policy.ts';

/** A policy that answers with what an expression is, as JSON. */
async function evaluate(expression: string): Promise<unknown> {
  const policy = await testPolicy(policySource(`return JSON.stringify(${expression})`), 'wapc');
  const message = await policy.message();
  return message === undefined ? undefined : (JSON.parse(message) as unknown);
}

async function snapshotSize(body: string): Promise<number> {
  return (await testPolicy(policySource(body), 'wapc')).compiled.size.snapshot;
}

it('only what is used becomes a part of the module', async () => {
  const plain = await snapshotSize('return 1');
  expect(await snapshotSize('console.log(1); return 1')).toBeGreaterThan(plain + 1000);
  expect(await snapshotSize('return globalThis.structuredClone(1)')).toBeGreaterThan(plain + 1000);
  expect(await snapshotSize('const URL = 1, console = 2; return URL + console')).toBeLessThan(plain + 1000);
});

describe('console', () => {
  const body = `
    console.log('text', 1, 2n, null, undefined, Symbol('s'), [1, 'a', { b: [] }], new Map([[1, { c: 'd' }]]), new Set(['x']));
    console.warn(new TypeError('broken'), () => 1, { a: { b: { c: { d: { e: 1 } } } } });
    console.assert(true, 'no');
    console.assert(false, 'yes');
    const circle: any = {};
    circle.self = circle;
    console.debug(circle);
    return 'done'`;
  const lines = [
    'text 1 2n null undefined Symbol(s) [1, "a", {b: []}] Map {1 => {c: "d"}} Set {"x"}',
    'TypeError: broken [Function ] {a: {b: {c: {d: {…}}}}}',
    'Assertion failed yes',
    '{self: {self: {self: {self: {…}}}}}',
  ];

  it('of a waPC policy is the log of the host', async () => {
    const policy = await testPolicy(policySource(body), 'wapc');
    const calls: unknown[] = [];
    const message = await policy.message({}, {}, (...call) => {
      const [binding, namespace, operation, payload] = call;
      calls.push([binding, namespace, operation, JSON.parse(new TextDecoder().decode(payload)) as unknown]);
      return new Uint8Array();
    });
    expect(message).toBe('done');
    expect(calls).toEqual(
      (['info', 'warn', 'error', 'debug'] as const).map((level, index) => [
        'kubewarden',
        'tracing',
        'log',
        { level, message: lines[index] },
      ]),
    );
  });

  it('of a WASI policy is stderr', async () => {
    const policy = await testPolicy(policySource(body), 'wasi');
    expect(await policy.message()).toBe('done');
    expect(policy.log.map(({ message }) => message)).toEqual([`stderr: ${JSON.stringify(lines.join('\n'))}`]);
  });

  it('never fails', async () => {
    const policy = await testPolicy(policySource(`console.log('x'); return 'done'`), 'wapc');
    expect(
      await policy
        .message({}, {}, () => {
          throw new Error('the log is full');
        })
        .catch(() => 'the host failed'),
    ).toMatch(/done|the host failed/);
  });

  it('at the top tells whoever compiles', async () => {
    for (const abi of abis) {
      const { compiled } = await testPolicy(policySource('return 1', { top: `console.log('top');` }), abi);
      expect(compiled.warnings).toEqual([
        { message: 'printed while the policy was compiled, and never again: top' },
      ]);
    }
  });
});

it('TextEncoder and TextDecoder', async () => {
  expect(
    await evaluate(`[
      [...new TextEncoder().encode('aü€😀\\ud800')],
      new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 97, 0xe2, 0x82, 0xac])),
      new TextDecoder('utf8', { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 97])).length,
      new TextDecoder().decode(new Uint8Array([97, 0xff, 98]).subarray(1)),
      new TextEncoder().encodeInto('a€b', new Uint8Array(4)),
      [() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])), () => new TextDecoder('latin1')]
        .map((f) => { try { return f(); } catch (error) { return (error as Error).name; } }),
      new TextDecoder().decode(new TextEncoder().encode('top')),
    ]`),
  ).toEqual([
    [...new TextEncoder().encode('aü€😀\ud800')],
    'a€',
    2,
    '\ufffdb',
    { read: 2, written: 4 },
    ['TypeError', 'RangeError'],
    'top',
  ]);
});

it('the encoding works while the policy is compiled, too', async () => {
  const top = `const bytes = new TextEncoder().encode('ü€'); const text = new TextDecoder().decode(bytes);`;
  const policy = await testPolicy(policySource('return bytes.length + text', { top }), 'wapc');
  expect(await policy.message()).toBe('5ü€');
});

it('atob and btoa', async () => {
  expect(await evaluate(`[btoa('abc'), atob('YWJj')]`)).toEqual(['YWJj', 'abc']);
});

it('structuredClone', async () => {
  expect(
    await evaluate(`(() => {
      const source: any = { list: [1, { a: 2 }], date: new Date(5), map: new Map([[{ k: 1 }, 'v']]), set: new Set([1]),
        re: /x/gi, bytes: new Uint8Array([1, 2, 3]).subarray(1), error: new RangeError('r', { cause: 'c' }), un: undefined };
      source.self = source;
      const copy = structuredClone(source);
      const failing = [() => structuredClone(() => 1), () => structuredClone({ s: Symbol('x') }), () => structuredClone(Promise.resolve())];
      return [copy !== source, copy.self === copy, copy.list[1].a, copy.list[1] !== source.list[1], copy.date.getTime(),
        [...copy.map][0][1], copy.set.has(1), String(copy.re), [...copy.bytes], copy.error instanceof RangeError, copy.error.cause,
        'un' in copy, ...failing.map((f) => { try { f(); } catch (error) { return (error as Error).name; } })];
    })()`),
  ).toEqual([
    true,
    true,
    2,
    true,
    5,
    'v',
    true,
    '/x/gi',
    [2, 3],
    true,
    'c',
    true,
    'DataCloneError',
    'DataCloneError',
    'DataCloneError',
  ]);
});

/** What Node's own URL makes of it. */
const expected = (url: string, base?: string): unknown => {
  if (!URL.canParse(url, base)) return 'TypeError';
  const {
    href,
    origin,
    protocol,
    username,
    password,
    host,
    hostname,
    port,
    pathname,
    search,
    hash,
    searchParams,
  } = new URL(url, base);
  const fields = [href, origin, protocol, username, password, host, hostname, port, pathname, search, hash];
  return JSON.stringify([...fields, [...searchParams]]);
};

describe('URL', () => {
  let policy: TestPolicy;
  beforeAll(async () => {
    const body = `
      try {
        const url = new URL(request.url, request.base ?? undefined);
        return JSON.stringify([url.href, url.origin, url.protocol, url.username, url.password, url.host, url.hostname,
          url.port, url.pathname, url.search, url.hash, [...url.searchParams]]);
      } catch (error) { return (error as Error).name; }`;
    policy = await testPolicy(policySource(body), 'wapc');
  });

  it.each<[string, string?]>([
    ['https://example.com'],
    ['HTTPS://User:Pass@EXAMPLE.com:443/a/./b/../c?x=1&y=a+b%20c#frag ment'],
    ['http://example.com:8080/?q'],
    ['http://example.com:80'],
    ['https://exa mple.com'],
    ['https://example.com:99999'],
    ['https://example.com:x'],
    ['https://'],
    ['https:example.com/a'],
    ['https:\\\\example.com\\a'],
    ['//example.com/x', 'http://other/y'],
    ['/x?y#z', 'http://other:81/a/b?c#d'],
    ['x/../y', 'http://other/a/b/c'],
    ['../../../y', 'http://other/a/b/c'],
    ['?q=2', 'http://other/a/b?c#d'],
    ['#f', 'http://other/a/b?c#d'],
    ['', 'http://other/a/b?c#d'],
    ['x'],
    ['mailto:someone@example.com?subject=Hi there'],
    ['data:text/plain,hello world#f'],
    ['urn:isbn:123'],
    ['file:///etc/passwd'],
    ['file:/etc/./x'],
    ['file://host/share'],
    ['file://localhost/x'],
    ['oci://registry.example.com:5000/policies/x:v1@sha256:abc'],
    ['registry://ghcr.io/kubewarden/policies/x:v1'],
    ['custom:/a/b/../c'],
    ['custom://'],
    ['http://127.1/'],
    ['http://0x7f.0.0.1/'],
    ['http://256.256.256.256/'],
    ['http://1.2.3.4.5/'],
    ['http://017700000001'],
    ['http://[::1]:3000/'],
    ['http://[2001:DB8:0:0:1:0:0:1]/'],
    ['http://[::ffff:1.2.3.4]/'],
    ['http://[1:2:3]/'],
    ['http://[::1'],
    ['http://bücher.example/ü?ü#ü'],
    ['http://日本語.jp/'],
    ['http://ex%41mple.com/%7Ea%zz'],
    ['http://a.b/%2e%2e/c/%2E/d'],
    ['http://a.b/?it\'s<>"` {}|^'],
    ['http://a.b/<>"` {}|^#<>"` {}|^'],
    ['  http://a.b/\t\n '],
    ['http://user@/x'],
    ['http://a@b@c/x'],
    ['1http://x'],
    ['javascript:alert(1)'],
  ])('%s %s', async (url, base) => {
    expect(await policy.message({ url, base: base ?? null })).toBe(expected(url, base));
  });

  it('and its parameters change each other', async () => {
    expect(
      await evaluate(`(() => {
        const url = new URL('http://x/?b=1&a=2&b=3');
        url.searchParams.append('ü', '&=+ ');
        url.searchParams.delete('a');
        url.searchParams.set('b', '9');
        url.hash = 'h';
        const sorted = new URLSearchParams({ z: '1', a: '2' });
        sorted.sort();
        return [url.href, url.searchParams.getAll('b'), url.searchParams.has('a'), sorted.toString(), JSON.stringify({ url }),
          sorted.size, URL.canParse('x'), URL.parse('x')];
      })()`),
    ).toEqual([
      'http://x/?b=9&%C3%BC=%26%3D%2B+#h',
      ['9'],
      false,
      'a=2&z=1',
      '{"url":"http://x/?b=9&%C3%BC=%26%3D%2B+#h"}',
      2,
      false,
      null,
    ]);
  });
});
