import { describe, expect, it } from 'vitest';
import { defaultVerificationConfig } from './default-verification-config.ts';
import { parseVerificationConfig } from './parse-verification-config.ts';

const githubActions = 'https://token.actions.githubusercontent.com';

const issuerEntry = (subject: string) => `allOf: [{kind: genericIssuer, issuer: a, subject: ${subject}}]`;

describe('parseVerificationConfig', () => {
  it('reads every kind of signature, with explicit nulls for what is not there', () => {
    const config = parseVerificationConfig(`---
    apiVersion: v1

    allOf:
      - kind: pubKey
        owner: alice
        key: |
          -----BEGIN PUBLIC KEY-----
        annotations: {env: prod, stable: "true"}
      - kind: pubKey
        owner: null
        key: text
        annotations: null
      - kind: genericIssuer
        issuer: ${githubActions}
        subject:
           equal: https://github.com/kubewarden/policy/.github/workflows/release.yml@refs/heads/main
    anyOf:
      minimumMatches: 2
      signatures:
      - kind: githubAction
        owner: kubewarden
        repo: policy-server
      - kind: githubAction
        owner: kubewarden
        repo: null
    `);
    expect(config).toEqual({
      allOf: [
        {
          kind: 'pubKey',
          owner: 'alice',
          key: '-----BEGIN PUBLIC KEY-----\n',
          annotations: { env: 'prod', stable: 'true' },
        },
        { kind: 'pubKey', key: 'text' },
        {
          kind: 'genericIssuer',
          issuer: githubActions,
          subject: {
            equal: 'https://github.com/kubewarden/policy/.github/workflows/release.yml@refs/heads/main',
          },
        },
      ],
      anyOf: {
        minimumMatches: 2,
        signatures: [
          { kind: 'githubAction', owner: 'kubewarden', repo: 'policy-server' },
          { kind: 'githubAction', owner: 'kubewarden' },
        ],
      },
    });
  });

  it('ends prefixes with a slash, with or without one in the file', () => {
    const config = parseVerificationConfig(`
    allOf:
      - {kind: genericIssuer, issuer: a, subject: {urlPrefix: https://github.com/kubewarden}}
      - {kind: genericIssuer, issuer: a, subject: {urlPrefix: https://github.com/kubewarden/}}
    `);
    const subject = { urlPrefix: 'https://github.com/kubewarden/' };
    expect(config.allOf).toMatchObject([{ subject }, { subject }]);
  });

  it('takes a file without a version for version 1', () => {
    const config = parseVerificationConfig('allOf: [{kind: githubAction, owner: a}]\nanyOf: null');
    expect(config).toEqual({ allOf: [{ kind: 'githubAction', owner: 'a' }] });
  });

  it('asks for one match by default', () => {
    const config = parseVerificationConfig('anyOf: {signatures: [{kind: githubAction, owner: a}]}');
    expect(config.anyOf?.minimumMatches).toBe(1);
  });

  it('reads the default config', () => {
    expect(parseVerificationConfig(defaultVerificationConfig)).toEqual({
      allOf: [{ kind: 'githubAction', owner: 'kubewarden' }],
    });
  });

  it('keeps annotations with odd names', () => {
    const config = parseVerificationConfig(
      'allOf: [{kind: githubAction, owner: a, annotations: {__proto__: x, constructor: y}}]',
    );
    expect(Object.entries(config.allOf?.[0]?.annotations ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  it.each([
    ['{}'],
    [''],
    ['apiVersion: v1'],
    ['allOf: null'],
    ['allOf: []'],
    ['apiVersion: v1\nallOf: []\nanyOf: null'],
  ])('refuses a config that demands nothing: %j', (text) => {
    expect(() => parseVerificationConfig(text)).toThrow(
      /^config is missing signatures in both allOf and anyOff list$/,
    );
  });

  it.each([
    ['apiVersion: v2\nallOf: 1', 'Not a supported configuration version: Unsupported'],
    ['apiVersion: 1', 'Not a supported configuration version: Unsupported'],
    [
      `apiVersion: v1\nallOf:\n- kind: genericIssuer\n  issuer: ${githubActions}\n`,
      'Not a valid configuration file: missing field `subject` in allOf[0] at line 3',
    ],
    ['allOf: [{owner: a}]', 'missing field `kind` in allOf[0] at line 1'],
    ['allOf: [{kind: pubKey}]', 'missing field `key` in allOf[0]'],
    ['allOf: [{kind: githubAction, repo: a}]', 'missing field `owner` in allOf[0]'],
    ['anyOf: {minimumMatches: 1}', 'missing field `signatures` in anyOf'],
    [
      'allOf: [{kind: certificate}]',
      'unknown variant `certificate`, expected one of `pubKey`, `genericIssuer`, `githubAction` in allOf[0].kind',
    ],
    ['allof: []', 'unknown field `allof`, expected one of `apiVersion`, `allOf`, `anyOf` in allof'],
    [
      'anyOf: {minimum: 1}',
      'unknown field `minimum`, expected one of `minimumMatches`, `signatures` in anyOf.minimum',
    ],
    ['allOf: [{kind: githubAction, owner: a, key: b}]', 'unknown field `key`'],
    [issuerEntry('{equals: b}'), 'unknown field `equals`, expected one of `equal`, `urlPrefix`'],
    [issuerEntry('{}'), 'expected exactly one of `equal`, `urlPrefix` in allOf[0].subject'],
    [issuerEntry('{equal: b, urlPrefix: https://c}'), 'expected exactly one of `equal`, `urlPrefix`'],
    [issuerEntry('b'), 'invalid type: string "b", expected a mapping in allOf[0].subject'],
    [
      issuerEntry('{urlPrefix: github.com/a}'),
      'relative URL without a base: "github.com/a" in allOf[0].subject.urlPrefix',
    ],
    [issuerEntry('{urlPrefix: "mailto:a"}'), 'URL without a host: "mailto:a"'],
    [
      'allOf: [{kind: githubAction, owner: a, annotations: {stable: true}}]',
      'invalid type: boolean `true`, expected a string in allOf[0].annotations.stable',
    ],
    [
      'allOf: [{kind: githubAction, owner: a, annotations: {1: a}}]',
      'invalid type: number `1`, expected a string',
    ],
    [
      'allOf: [{kind: githubAction, owner: 1}]',
      'invalid type: number `1`, expected a string in allOf[0].owner',
    ],
    [
      'anyOf: {minimumMatches: 0, signatures: []}',
      'invalid value: `0`, expected at least 1 in anyOf.minimumMatches',
    ],
    [
      'anyOf: {minimumMatches: 256, signatures: []}',
      'invalid value: `256`, expected a whole number from 0 to 255',
    ],
    ['anyOf: {minimumMatches: 1.5, signatures: []}', 'invalid value: `1.5`'],
    ['anyOf: {minimumMatches: two, signatures: []}', 'invalid type: string "two", expected a number'],
    ['- a', 'Not a valid configuration file: invalid type: sequence, expected a mapping at line 1'],
    ['foo: [', 'at line 1, column 7'],
    ['a: 1\na: 2', 'Map keys must be unique at line 2'],
    ['a: 1\n---\nb: 1', 'the file holds more than one YAML document'],
    [`allOf: ${'['.repeat(100_000)}`, 'the file is nested too deeply'],
    [`allOf: ${'['.repeat(3000)}${']'.repeat(3000)}`, 'the file is nested too deeply'],
    [
      `a: &a [${'x,'.repeat(100)}]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]`,
      'Excessive alias count',
    ],
  ])('refuses %j', (text, message) => {
    expect(() => parseVerificationConfig(text)).toThrow(message);
  });
});
