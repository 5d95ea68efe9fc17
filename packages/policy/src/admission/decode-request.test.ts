import { describe, expect, it } from 'vitest';
import { decodeAdmissionReview } from './decode-request.ts';
import { decodeRawRequest, decodeRawReview } from './raw-request.ts';
import { decodeRequestFile } from './request-file.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);

const podKind = '{"kind":"Pod","group":"","version":"v1"}';
const required: Readonly<Record<string, string>> = {
  uid: '"u1"',
  kind: podKind,
  resource: '{"group":"","version":"v1","resource":"pods"}',
  operation: '"CREATE"',
  userInfo: '{}',
};

function request(fields: Readonly<Record<string, string>> = {}): string {
  const members = Object.entries({ ...required, ...fields }).filter(([, value]) => value !== '');
  return `{${members.map(([name, value]) => `"${name}":${value}`).join(',')}}`;
}

const review = (fields?: Readonly<Record<string, string>>): Uint8Array =>
  bytes(`{"kind":"AdmissionReview","request":${request(fields)}}`);

describe('decodeAdmissionReview', () => {
  it('gives the host what it needs and the guest a canonical request', () => {
    const decoded = decodeAdmissionReview(
      review({
        unknown: '[1,2]',
        object: '{"spec":{"b":1.0,"a":12345678901234567890},"kind":"Pod","kind":"Pod2"}',
        oldObject: 'null',
        options: '{"kind":"CreateOptions"}',
        dryRun: 'false',
        namespace: '"default"',
        name: 'null',
        subResource: '"status"',
        requestKind: podKind,
        kind: '{"kind":"Pod","extra":true,"group":"","version":"v1"}',
        userInfo: '{"username":"jane","uid":null,"groups":["b","a"],"more":1,"extra":{"z":["1"],"a":[]}}',
      }),
    );
    expect({
      ...decoded,
      json: decoder.decode(decoded.json),
      object: decoder.decode(decoded.object),
    }).toEqual({
      uid: 'u1',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      requestKind: { group: '', version: 'v1', kind: 'Pod' },
      subResource: 'status',
      namespace: 'default',
      operation: 'CREATE',
      object: '{"kind":"Pod2","spec":{"a":12345678901234567890,"b":1.0}}',
      json:
        '{"dryRun":false,"kind":{"group":"","kind":"Pod","version":"v1"},"namespace":"default",' +
        '"object":{"kind":"Pod2","spec":{"a":12345678901234567890,"b":1.0}},"operation":"CREATE",' +
        '"options":{"kind":"CreateOptions"},"requestKind":{"group":"","kind":"Pod","version":"v1"},' +
        '"resource":{"group":"","resource":"pods","version":"v1"},"subResource":"status","uid":"u1",' +
        '"userInfo":{"extra":{"a":[],"z":["1"]},"groups":["b","a"],"username":"jane"}}',
    });
  });

  it('leaves out the object of a DELETE', () => {
    const decoded = decodeAdmissionReview(review({ operation: '"DELETE"', object: 'null', oldObject: '{}' }));
    expect(decoded.object).toBeUndefined();
    expect(decoder.decode(decoded.json)).not.toContain('"object"');
    expect(decoder.decode(decoded.json)).toContain('"oldObject":{}');
  });

  it('recognises fields whatever their escapes', () => {
    expect(decodeAdmissionReview(review({ uid: '', String: '1', '\\u0075id': '"x"' })).uid).toBe('x');
  });

  it.each([
    ['{}', 'missing field `request` at line 1 column 2'],
    ['[]', 'invalid type: sequence, expected struct AdmissionReviewRequest at line 1 column 0'],
    ['{"request":null}', 'request: invalid type: null, expected struct AdmissionRequest at line 1 column 15'],
    ['{"request":{}}', 'request: missing field `uid` at line 1 column 13'],
    ['{"request":{},"request":{}}', 'duplicate field `request` at line 1 column 23'],
    ['{"kind":1,"request":{}}', 'kind: invalid type: integer `1`, expected a string at line 1 column 9'],
  ])('%s: %s', (body, message) => {
    expect(() => decodeAdmissionReview(bytes(body))).toThrow(
      expect.objectContaining({ name: 'JsonShapeError', message }),
    );
  });

  it.each([
    [{ uid: '' }, 'request: missing field `uid`'],
    [{ kind: '' }, 'request: missing field `kind`'],
    [{ resource: '' }, 'request: missing field `resource`'],
    [{ operation: '' }, 'request: missing field `operation`'],
    [{ userInfo: '' }, 'request: missing field `userInfo`'],
    [{ uid: 'null' }, 'request.uid: invalid type: null, expected a string'],
    [{ kind: '{"version":"v1","kind":"Pod"}' }, 'request.kind: missing field `group`'],
    [{ kind: '{"group":"","group":""}' }, 'request.kind: duplicate field `group`'],
    [{ requestKind: '{}' }, 'request.requestKind: missing field `group`'],
    [{ requestResource: '1' }, 'request.requestResource: invalid type: integer `1`, expected struct Group'],
    [{ dryRun: '"no"' }, 'request.dryRun: invalid type: string "no", expected a boolean'],
    [{ userInfo: '{"groups":["a",1.5]}' }, 'request.userInfo.groups[1]: invalid type: floating point `1.5`'],
    [
      { userInfo: '{"extra":{"k":"v"}}' },
      'request.userInfo.extra.k: invalid type: string "v", expected a seq',
    ],
    [{ userInfo: '{"username":"a","username":"b"}' }, 'request.userInfo: duplicate field `username`'],
  ])('%j: %s', (fields, message) => {
    expect(() => decodeAdmissionReview(review(fields as Record<string, string>))).toThrow(message);
  });

  const long = 'x'.repeat(100_000);
  it.each<[string, Record<string, string>]>([
    ['a value', { dryRun: `"${long}"` }],
    ['a key', { userInfo: `{"extra":{"${long}":1}}` }],
  ])('quotes only the beginning of %s that is long', (_, fields) => {
    let message = '';
    try {
      decodeAdmissionReview(review(fields));
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('xxx…');
    expect(message.length).toBeLessThan(300);
  });
});

describe('raw requests', () => {
  it.each([
    ['{"request":{"b":1,"a":1.0,"uid":"x"}}', 'x', '{"a":1.0,"b":1,"uid":"x"}'],
    ['{"request":{"uid":7}}', '', '{"uid":7}'],
    ['{"request":null,"other":1}', '', 'null'],
    ['{"request":"text"}', '', '"text"'],
  ])('%s', (body, uid, json) => {
    const decoded = decodeRawReview(bytes(body));
    expect([decoded.uid, decoder.decode(decoded.json)]).toEqual([uid, json]);
  });

  it('needs the field request in a review, and nothing without one', () => {
    expect(() => decodeRawReview(bytes('{}'))).toThrow('missing field `request` at line 1 column 2');
    expect(decodeRawRequest(bytes('{"uid":"y"}')).uid).toBe('y');
  });
});

describe('decodeRequestFile', () => {
  it('takes a request as well as a review', () => {
    const file = decodeRequestFile(bytes(request()));
    expect(file).toEqual(decodeAdmissionReview(review()));
    expect(decodeRequestFile(review())).toEqual(file);
  });

  it('takes a missing kind.group as the core group', () => {
    const decoded = decodeRequestFile(bytes(request({ kind: '{"kind":"Pod","version":"v1"}' })));
    expect(decoded.kind.group).toBe('');
    expect(decoder.decode(decoded.json)).toContain('"kind":{"group":"","kind":"Pod","version":"v1"}');
  });

  it.each([
    ['[]', 'Invalid request object'],
    ['{"kind":"AdmissionReview"}', 'invalid AdmissionReview object'],
    ['{"kind":"AdmissionReview","request":1}', 'Invalid request object'],
    ['{}', 'cannot build AdmissionRequest object from given input: missing field `uid`'],
    [
      request({ resource: '{"version":"v1"}' }),
      'cannot build AdmissionRequest object from given input: resource: missing field `group`',
    ],
    ['{', 'EOF while parsing an object at line 1 column 1'],
  ])('%s: %s', (body, message) => {
    expect(() => decodeRequestFile(bytes(body))).toThrow(expect.objectContaining({ message }));
  });
});
