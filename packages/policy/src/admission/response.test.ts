import { describe, expect, it } from 'vitest';
import { settingsFromJson } from '../settings.ts';
import {
  decodeAdmissionResponse,
  decodeSettingsValidationResponse,
  decodeValidationResponse,
} from './decode-response.ts';
import {
  encodeAdmissionResponse,
  encodeAdmissionReview,
  encodeRawReview,
  internalError,
  rejection,
} from './encode-response.ts';
import { formatPolicyId, parsePolicyId } from './policy-id.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('decodeValidationResponse', () => {
  it('decodes all fields and keeps the numbers of the mutated object', () => {
    const answer = decodeValidationResponse(
      bytes(
        '{"accepted":false,"message":"no","code":422,"mutated_object":{"b":1.0,"a":18446744073709551615},' +
          '"audit_annotations":{"__proto__":"x"},"warnings":["w"],"more":1}',
      ),
    );
    expect(answer).toMatchObject({ accepted: false, message: 'no', code: 422, warnings: ['w'] });
    expect(text(answer.mutatedObject!)).toBe('{"a":18446744073709551615,"b":1.0}');
    expect(Object.entries(answer.auditAnnotations!)).toEqual([['__proto__', 'x']]);
  });

  it('takes null as absent', () => {
    const nulls = '"message":null,"code":null,"mutated_object":null,"audit_annotations":null,"warnings":null';
    expect(decodeValidationResponse(bytes(`{"accepted":true,${nulls}}`))).toEqual({ accepted: true });
  });

  it.each([
    ['{}', 'missing field `accepted` at line 1 column 2'],
    ['{"accepted":null}', 'accepted: invalid type: null, expected a boolean at line 1 column 16'],
    ['{"accepted":true,"accepted":true}', 'duplicate field `accepted` at line 1 column 27'],
    ['{"accepted":true,"code":"1"}', 'code: invalid type: string "1", expected u16 at line 1 column 27'],
    ['{"accepted":true,"code":-1}', 'code: invalid value: integer `-1`, expected u16 at line 1 column 26'],
    [
      '{"accepted":true,"code":65536}',
      'code: invalid value: integer `65536`, expected u16 at line 1 column 29',
    ],
    [
      '{"accepted":true,"code":1.0}',
      'code: invalid type: floating point `1.0`, expected u16 at line 1 column 27',
    ],
    ['{"accepted":true,"message":{}}', 'message: invalid type: map, expected a string at line 1 column 27'],
    ['', 'EOF while parsing a value at line 1 column 0'],
  ])('%s: %s', (answer, message) => {
    expect(() => decodeValidationResponse(bytes(answer))).toThrow(expect.objectContaining({ message }));
  });
});

it('decodes the answer to validate_settings', () => {
  expect(decodeSettingsValidationResponse(bytes('{"valid":false,"message":"m"}'))).toEqual({
    valid: false,
    message: 'm',
  });
  expect(() => decodeSettingsValidationResponse(bytes('{"message":"m"}'))).toThrow('missing field `valid`');
});

describe('decodeAdmissionResponse', () => {
  it.each(['retryAfterSeconds', 'retry_after_seconds'])('decodes what OPA policies return, %s', (retry) => {
    const response = decodeAdmissionResponse(
      bytes(
        '{"uid":"u","allowed":true,"patchType":"JSONPatch","patch":"W10=","warnings":["w"],"auditAnnotations":{"a":"b"},' +
          `"status":{"status":"Failure","reason":"","code":409,"details":{"causes":[{"field":"f"}],"${retry}":5}}}`,
      ),
    );
    expect(response).toEqual({
      uid: 'u',
      allowed: true,
      patch: 'W10=',
      warnings: ['w'],
      auditAnnotations: { a: 'b' },
      status: {
        status: 'Failure',
        reason: '',
        code: 409,
        details: { causes: [{ reason: null, message: null, field: 'f' }], retryAfterSeconds: 5 },
      },
    });
    expect(decodeAdmissionResponse(encodeAdmissionResponse(response))).toEqual(response);
  });

  it.each([
    ['{"allowed":true}', 'missing field `uid`'],
    ['{"uid":"u"}', 'missing field `allowed`'],
    ['{"uid":"u","allowed":1}', 'allowed: invalid type: integer `1`, expected a boolean'],
    [
      '{"uid":"u","allowed":true,"patchType":"Merge"}',
      'patchType: unknown variant `Merge`, expected `JSONPatch`',
    ],
    ['{"uid":"u","allowed":true,"status":{"details":{}}}', 'status.details: missing field `causes`'],
    ['{"uid":"u","allowed":true,"status":{"reason":"Because"}}', 'status.reason: unknown variant `Because`'],
    ['{"uid":"u","allowed":true,"status":{"status":"Maybe"}}', 'expected `Success` or `Failure`'],
    [
      '{"uid":"u","allowed":true,"status":{"details":{"causes":[{"reason":"x"}]}}}',
      'causes[0].reason: unknown',
    ],
  ])('%s: %s', (response, message) => {
    expect(() => decodeAdmissionResponse(bytes(response))).toThrow(message);
  });
});

describe('encoding of responses', () => {
  it('prints warnings and annotations always, the rest when there is something', () => {
    expect(text(encodeRawReview({ uid: 'u', allowed: true }))).toBe(
      '{"response":{"uid":"u","allowed":true,"auditAnnotations":null,"warnings":null}}',
    );
  });

  it('prints a review in the key order of the original', () => {
    const response = {
      warnings: ['w'],
      auditAnnotations: { k: 'v' },
      status: {
        code: 403,
        details: {
          retryAfterSeconds: 1,
          causes: [{ field: null, message: 'm', reason: null }],
          kind: 'Pod',
          name: 'n',
        },
        message: 'no "pods"',
      },
      patch: 'W10=',
      allowed: false,
      uid: 'u',
    };
    expect(text(encodeAdmissionReview(response))).toBe(
      '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u","allowed":false,' +
        '"patchType":"JSONPatch","patch":"W10=","status":{"message":"no \\"pods\\"","details":{"name":"n",' +
        '"kind":"Pod","causes":[{"reason":null,"message":"m","field":null}],"retryAfterSeconds":1},"code":403},' +
        '"auditAnnotations":{"k":"v"},"warnings":["w"]}}',
    );
  });

  it('leaves out empty causes', () => {
    const response = { uid: '', allowed: false, status: { details: { causes: [] } } };
    expect(text(encodeAdmissionResponse(response))).toContain('"status":{"details":{}}');
  });

  it('makes denials', () => {
    expect(rejection('u', 'm')).toEqual({ uid: 'u', allowed: false, status: { message: 'm' } });
    expect(rejection('u', 'm', 400)).toEqual({
      uid: 'u',
      allowed: false,
      status: { message: 'm', code: 400 },
    });
    expect(internalError('u', 'm')).toEqual({
      uid: 'u',
      allowed: false,
      status: { message: 'internal server error: m', code: 500 },
    });
  });
});

describe('settingsFromJson', () => {
  it.each([
    [undefined, '{}'],
    ['null', '{}'],
    ['{}', '{}'],
    ['{"b":1.0,"a":{}}', '{"a":{},"b":1.0}'],
  ])('%s becomes %s', (given, expected) => {
    expect(text(settingsFromJson(given === undefined ? undefined : bytes(given)))).toBe(expected);
  });

  it.each(['"text"', '1', 'true', '[]'])('refuses %s', (given) => {
    expect(() => settingsFromJson(bytes(given))).toThrow('Invalid settings in CRD, not an object');
  });
});

describe('policy ids', () => {
  it('are names, or members of groups', () => {
    expect(parsePolicyId('policy1')).toEqual({ name: 'policy1' });
    expect(parsePolicyId('group1/policy1')).toEqual({ group: 'group1', name: 'policy1' });
    expect(formatPolicyId(parsePolicyId('group1/policy1'))).toBe('group1/policy1');
  });

  it.each(['', 'a/b/c', '//'])('are not %j', (id) => {
    expect(() => parsePolicyId(id)).toThrow(`Not a valid Policy ID: ${id}`);
  });
});
