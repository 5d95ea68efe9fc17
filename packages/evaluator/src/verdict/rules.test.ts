import type { AdmissionResponse } from '@kubewarden/policy';
import { describe, expect, it } from 'vitest';
import type { PolicyLogEntry } from '../host/log.ts';
import { applyPolicyRules, type PolicyRules } from './rules.ts';

const accepted: AdmissionResponse = { uid: 'u', allowed: true };
const rejected: AdmissionResponse = {
  uid: 'u',
  allowed: false,
  status: {
    message: 'no',
    code: 418,
    details: { causes: [{ reason: null, message: 'why', field: 'spec' }] },
  },
  warnings: ['w'],
  auditAnnotations: { a: '1' },
};
const mutated: AdmissionResponse = { uid: 'u', allowed: true, patch: 'W10=', warnings: ['w'] };

const notAllowed = {
  uid: 'u',
  allowed: false,
  warnings: ['w'],
  status: {
    message:
      'Request rejected by policy group/name. The policy attempted to mutate the request, but it is currently configured to not allow mutations.',
  },
};

function apply(
  response: AdmissionResponse,
  rules: Omit<PolicyRules, 'policyId'>,
): { response: AdmissionResponse; entries: PolicyLogEntry[] } {
  const entries: PolicyLogEntry[] = [];
  const result = applyPolicyRules(response, { policyId: 'group/name', ...rules }, (entry) =>
    entries.push(entry),
  );
  return { response: result, entries };
}

describe('the rules of a policy', () => {
  describe.each([true, false])('allowed to mutate: %s', (allowedToMutate) => {
    describe.each([undefined, 'custom'])('message: %s', (message) => {
      const rules = { allowedToMutate, ...(message !== undefined && { message }) };

      it('in monitor mode let everything pass, without patch and status', () => {
        const monitor = { mode: 'monitor', ...rules } as const;
        expect(apply(accepted, monitor).response).toEqual(accepted);
        expect(apply(mutated, monitor).response).toEqual({ uid: 'u', allowed: true, warnings: ['w'] });
        expect(apply(rejected, monitor).response).toEqual({
          uid: 'u',
          allowed: true,
          warnings: ['w'],
          auditAnnotations: { a: '1' },
        });
      });

      it('in protect mode keep what the policy says', () => {
        const protect = { mode: 'protect', ...rules } as const;
        expect(apply(accepted, protect)).toEqual({ response: accepted, entries: [] });
        if (message === undefined) expect(apply(rejected, protect).response).toEqual(rejected);
        if (allowedToMutate) expect(apply(mutated, protect).response).toEqual(mutated);
        if (!allowedToMutate && message === undefined) {
          expect(apply(mutated, protect).response).toEqual(notAllowed);
        }
      });
    });
  });

  it('replace the message of a rejection, and keep the original as the last cause', () => {
    const rules = { mode: 'protect', allowedToMutate: false, message: 'custom' } as const;
    expect(apply(rejected, rules).response).toEqual({
      ...rejected,
      status: {
        message: 'custom',
        code: 418,
        details: {
          causes: [
            { reason: null, message: 'why', field: 'spec' },
            { reason: null, message: 'no', field: null },
          ],
        },
      },
    });
    expect(apply({ uid: 'u', allowed: false }, rules).response.status).toEqual({
      message: 'custom',
      details: { causes: [{ reason: null, message: '', field: null }] },
    });
    expect(apply(mutated, rules).response.status).toEqual({
      message: 'custom',
      details: { causes: [{ reason: null, message: notAllowed.status.message, field: null }] },
    });
  });

  it('refuse a mutation even where the policy had its own reason to reject', () => {
    const response = { ...rejected, patch: 'W10=' };
    const { patch: _patch, ...expected } = { ...response, status: notAllowed.status };
    expect(apply(response, { mode: 'protect', allowedToMutate: false }).response).toEqual(expected);
  });

  it('log the real verdict in monitor mode as the original does', () => {
    const response: AdmissionResponse = {
      uid: 'a"b',
      allowed: false,
      status: { message: 'Privileged container\nis not allowed: \u{1b}é' },
    };
    expect(apply(response, { mode: 'monitor', allowedToMutate: false }).entries).toEqual([
      {
        policyId: 'group/name',
        level: 'info',
        message: 'policy evaluation (monitor mode)',
        fields: {
          policy_id: 'group/name',
          allowed_to_mutate: 'false',
          response:
            'AdmissionResponse { uid: "a\\"b", allowed: false, patch_type: None, patch: None, status: Some(AdmissionResponseStatus { status: None, message: Some("Privileged container\\nis not allowed: \\u{1b}é"), reason: None, details: None, code: None }), audit_annotations: None, warnings: None }',
        },
      },
    ]);
    const full: AdmissionResponse = {
      uid: '',
      allowed: true,
      patch: 'W10=',
      status: {
        status: 'Failure',
        reason: '',
        code: 500,
        details: {
          name: 'n',
          retryAfterSeconds: 3,
          causes: [{ reason: 'FieldValueInvalid', message: 'm', field: null }],
        },
      },
      auditAnnotations: { z: '2', a: '1' },
      warnings: ['w', 'x'],
    };
    expect(apply(full, { mode: 'monitor', allowedToMutate: true }).entries[0]?.fields?.['response']).toBe(
      'AdmissionResponse { uid: "", allowed: true, patch_type: Some(JSONPatch), patch: Some("W10="), status: Some(AdmissionResponseStatus { status: Some(Failure), message: None, reason: Some(Unknown), details: Some(StatusDetails { name: Some("n"), group: None, kind: None, uid: None, causes: [StatusCause { reason: Some(FieldValueInvalid), message: Some("m"), field: None }], retry_after_seconds: Some(3) }), code: Some(500) }), audit_annotations: Some({"a": "1", "z": "2"}), warnings: Some(["w", "x"]) }',
    );
  });
});
