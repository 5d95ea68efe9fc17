import { rejection, type AdmissionResponse, type StatusCause } from '@kubewarden/policy';
import { errorText } from '../host/errors.ts';
import { GroupExpressionError } from './error.ts';
import { evaluateExpression } from './evaluation.ts';
import type { GroupExpression } from './expression.ts';

/** What a group's answer needs besides the verdicts of its members. */
export interface GroupReview {
  readonly uid: string;
  /** The group's rejection message. */
  readonly message: string;
}

interface MemberVerdict {
  readonly allowed: boolean;
  readonly message: string | null;
}

/**
 * Evaluates a policy group (evaluator.md 8.2). Members are asked one after another, and only those whose verdict
 * matters.
 *
 * @param evaluateMember evaluates a member, given its name without the group's. A rejected promise means that
 *   the member could not be run at all, which fails the whole group
 * @returns the group's own answer, before the rules of its mode
 */
export async function evaluateGroup(
  expression: GroupExpression,
  evaluateMember: (name: string) => Promise<AdmissionResponse>,
  { uid, message }: GroupReview,
): Promise<AdmissionResponse> {
  const verdicts = new Map<string, MemberVerdict>();
  let allowed: boolean;
  try {
    const evaluation = evaluateExpression(expression.syntax);
    let step = evaluation.next();
    while (step.done !== true) {
      const verdict = await askMember(step.value, evaluateMember);
      verdicts.set(step.value, verdict);
      step = evaluation.next(verdict.allowed);
    }
    allowed = step.value;
  } catch (error) {
    if (!(error instanceof GroupExpressionError)) throw error;
    return rejection(uid, `error evaluating policy group expression: ${error.message}`, 500);
  }
  if (allowed) return { uid, allowed };
  return { uid, allowed, status: { message, details: { causes: causesOf(verdicts) } } };
}

async function askMember(
  name: string,
  evaluateMember: (name: string) => Promise<AdmissionResponse>,
): Promise<MemberVerdict> {
  let response: AdmissionResponse;
  try {
    response = await evaluateMember(name);
  } catch (error) {
    throw new GroupExpressionError(`error invoking ${name}: ${errorText(error)}`, undefined, {
      cause: error,
    });
  }
  if (response.patch !== undefined) {
    return { allowed: false, message: 'mutation is not allowed inside of policy group' };
  }
  return { allowed: response.allowed, message: response.status?.message ?? null };
}

/** One for each member that was asked and denied, by name; of several verdicts the last one counts. */
function causesOf(verdicts: ReadonlyMap<string, MemberVerdict>): StatusCause[] {
  return [...verdicts]
    .filter(([, verdict]) => !verdict.allowed)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, verdict]) => ({ reason: null, message: verdict.message, field: `spec.policies.${name}` }));
}
