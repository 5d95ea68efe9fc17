import { evaluateGroup } from '@kubewarden/evaluator';
import { rejection, type AdmissionResponse } from '@kubewarden/policy';
import type { GroupTarget, PolicyTarget } from './targets.ts';

/** Evaluates one member of a group; rejects when the member could not be evaluated at all. */
export type EvaluateMember = (member: PolicyTarget) => Promise<AdmissionResponse>;

/**
 * A group's own answer to a review. Its members are evaluated one after another, each under its own deadline, so
 * that a group takes no longer than the sum of them.
 *
 * A member that failed (code 500) counts as false, as in the original. But it must not be the reason why a group
 * accepts, as it could be in `!a()`: the group rejects unless it would have accepted as well, had the member.
 */
export async function reviewGroup(
  { expression, group, members }: GroupTarget,
  uid: string,
  evaluateMember: EvaluateMember,
): Promise<AdmissionResponse> {
  const review = { uid, message: group.message };
  const answers = new Map<string, AdmissionResponse>();
  const failed = new Set<string>();
  const ask = async (name: string): Promise<AdmissionResponse> => {
    const member = members.get(name);
    if (member === undefined) throw new Error(`there is no member '${name}'`);
    const answer = await evaluateMember(member);
    answers.set(name, answer);
    if (answer.status?.code === 500 && !answer.allowed) failed.add(name);
    return answer;
  };
  const response = await evaluateGroup(expression, ask, review);
  if (!response.allowed || failed.size === 0) return response;
  const hadTheyAccepted = await evaluateGroup(
    expression,
    async (name) => (failed.has(name) ? { uid, allowed: true } : (answers.get(name) ?? (await ask(name)))),
    review,
  );
  if (hadTheyAccepted.allowed) return response;
  const reasons = [...failed].map((name) => `${name}: ${answers.get(name)?.status?.message ?? 'no message'}`);
  return rejection(
    uid,
    `error evaluating policy group expression: the verdict depends on members that failed: ${reasons.join(', ')}`,
    500,
  );
}
