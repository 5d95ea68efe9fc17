import { describe, expect, test } from 'vitest';
import { RegoObject, RegoSet, type RegoValue } from '../values/value.ts';
import { BuiltinError, type BuiltinContext } from './builtin.ts';
import { findBuiltin } from './table.ts';

const context: BuiltinContext = {
  now: 1_700_000_000_000_000_000n,
  remembered: new Map(),
  random: (length) => new Uint8Array(length).fill(0xff),
  log: () => undefined,
};

function call(name: string, ...operands: RegoValue[]): RegoValue | undefined {
  return findBuiltin(name)?.(context, ...operands);
}

/** A graph in which every vertex leads to every other one: it has more paths than anyone can list. */
const complete = new RegoObject(
  Array.from({ length: 12 }, (_, from) => [BigInt(from), Array.from({ length: 12 }, (_, to) => BigInt(to))]),
);

describe('results that would be too big', () => {
  test('tokens may be nested, up to a bound', () => {
    expect(call('io.jwt.decode', tokenInTokens(8))).toBeInstanceOf(Array);
  });

  test.each<[string, RegoValue[]]>([
    ['net.cidr_expand', ['10.0.0.0/8']],
    ['net.cidr_expand', ['::/0']],
    ['numbers.range_step', [0n, 10n ** 30n, 1n]],
    ['graph.reachable_paths', [complete, [0n]]],
    ['indexof_n', ['a'.repeat(300_000), 'a']],
    ['regex.find_n', ['', 'a'.repeat(300_000), -1n]],
    ['regex.replace', ['a'.repeat(10_000), 'a', 'b'.repeat(10_000)]],
    ['sprintf', ['%1000000d'.repeat(20), Array.from({ length: 20 }, () => 1n)]],
    ['internal.print', [Array.from({ length: 6 }, () => new RegoSet([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]))]],
    ['json.marshal_with_options', [[[[1n]]], new RegoObject([['indent', 'x'.repeat(3_000_000)]])]],
    ['units.parse', ['1e999999']],
    ['yaml.unmarshal', [billionLaughs()]],
    ['io.jwt.decode', [tokenInTokens(9)]],
  ])('%s', (name, operands) => {
    expect(() => call(name, ...operands)).toThrow(BuiltinError);
  });
});

/** A token whose payload is a token whose payload … */
function tokenInTokens(levels: number): string {
  let token = `${section('{}')}.${section('{}')}.`;
  for (let level = 0; level < levels; level++) token = `${section('{"cty":"JWT"}')}.${section(token)}.`;
  return token;
}

function many(text: string): string {
  return text.repeat(500_000 / text.length);
}

function section(text: string): string {
  return btoa(text).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');
}

function billionLaughs(): string {
  const levels = Array.from({ length: 9 }, (_, level) =>
    level === 0
      ? 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
      : `a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`,
  );
  return levels.join('\n');
}

describe('one evaluation', () => {
  test('has one time, and the same random results for the same arguments', () => {
    expect(call('time.now_ns')).toBe(context.now);
    expect(call('uuid.rfc4122', 'a')).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
    const changed = { ...context, random: (length: number) => new Uint8Array(length) };
    const uuid = findBuiltin('uuid.rfc4122');
    expect(uuid?.(changed, 'a')).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
    expect(uuid?.(changed, 'b')).toBe('00000000-0000-4000-8000-000000000000');
  });
});

/** Texts of half a million characters that would take hours if a builtin went back over them again and again. */
describe('hostile texts take linear time', () => {
  const inner = (text: string): string => `${section('{"cty":"JWT"}')}.${section(text)}.`;

  test.each<[string, RegoValue[]]>([
    ['regex.find_n', ['^(a+)+$', `${many('a')}b`, 1n]],
    ['regex.template_match', [many('{'), 'x', '{', '}']],
    ['regex.replace', ['x', 'x', many('$')]],
    ['sprintf', [many('%['), []]],
    ['indexof_n', [`${many('a')}b`, `${'a'.repeat(200_000)}c`]],
    ['hex.decode', [many('0')]],
    ['io.jwt.decode', [inner(`${many('"')}x`)]],
    ['io.jwt.decode', [`${section('{}')}.${many('=')}x.`]],
    ['net.cidr_is_valid', [`${many('a')}:`]],
    ['net.cidr_is_valid', [`${many('0.')}/8`]],
    ['net.cidr_is_valid', [many(':')]],
    ['semver.is_valid', [`1.2.3-${many('a-')}_`]],
    ['time.parse_duration_ns', [many('1s')]],
    ['time.parse_ns', [many(' 2'), many(' 1')]],
    ['time.format', [[0n, 'UTC', many('05.0')]]],
    ['units.parse', [many('e+')]],
    ['urlquery.decode', [many('%')]],
    ['urlquery.decode_object', [many('&')]],
    ['uuid.parse', [many('-')]],
    ['yaml.marshal', [`2024-1-1${many(' ')}\nx`]],
    ['json.is_valid', [`"${many('\\"')}`]],
    ['json.is_valid', [many('[')]],
  ])('%s', (name, operands) => {
    try {
      call(name, ...operands);
    } catch (error) {
      expect(error).toBeInstanceOf(BuiltinError);
    }
  });
});

test('urlquery.encode_object writes spaces as %20, which the original pins and OPA does not', () => {
  const object = new RegoObject([
    ['language', 'español'],
    ['name', 'Rafael Fernández López'],
  ]);
  expect(call('urlquery.encode_object', object)).toBe(
    'language=espa%C3%B1ol&name=Rafael%20Fern%C3%A1ndez%20L%C3%B3pez',
  );
});

test('what a policy must not reach has no implementation', () => {
  for (const name of ['http.send', 'net.lookup_ip_addr', 'opa.runtime', 'providers.aws.sign_req']) {
    expect(findBuiltin(name)).toBeUndefined();
  }
});
