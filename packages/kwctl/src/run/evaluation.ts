import {
  applyPolicyRules,
  compileGroupExpression,
  evaluateGroup,
  GroupExpressionError,
  type EvaluationInput,
  type GroupExpression,
  type PolicyLog,
} from '@kubewarden/evaluator';
import type { AdmissionResponse } from '@kubewarden/policy';
import { CliError } from '../terminal/cli-error.ts';
import type { GroupDefinition, PolicyDefinition } from './definition.ts';
import type { PreparedPolicy } from './prepare.ts';

/** A definition with all that it takes to evaluate it, again and again. */
export interface Evaluation {
  readonly id: string;
  /** @throws CliError with what the policy has to say against its settings */
  validateSettings(): Promise<void>;
  /** The answer as a policy-server would give it, mode, permission to mutate and custom message included. */
  validate(): Promise<AdmissionResponse>;
}

export function evaluatePolicy(
  definition: PolicyDefinition,
  { runtime, context }: PreparedPolicy,
  input: EvaluationInput,
  policyLog: PolicyLog,
): Evaluation {
  const { id, mode, allowedToMutate, message } = definition;
  const rules = { policyId: id, mode, allowedToMutate, ...(message === undefined ? {} : { message }) };
  return {
    id,
    validateSettings: async () => {
      const verdict = await runtime.validateSettings(context);
      if (!verdict.valid) throw invalidSettings(verdict.message ?? 'no message');
    },
    validate: async () => applyPolicyRules(await runtime.validate(input, context), rules, policyLog),
  };
}

export function evaluatePolicyGroup(
  definition: GroupDefinition,
  members: ReadonlyMap<string, PreparedPolicy>,
  input: EvaluationInput,
  policyLog: PolicyLog,
): Evaluation {
  const { id, expression, message, mode } = definition;
  const rules = { policyId: id, mode, allowedToMutate: false };
  let compiled: GroupExpression | undefined;
  const compile = (): GroupExpression =>
    (compiled ??= compileGroupExpression(expression, [...members.keys()]));
  return {
    id,
    validateSettings: async () => {
      const problems: string[] = [];
      for (const [name, { runtime, context }] of members) {
        const verdict = await runtime.validateSettings(context);
        if (verdict.valid) continue;
        problems.push(`${id}/${name}: Policy settings are invalid: ${verdict.message ?? 'no message'}`);
      }
      try {
        compile();
      } catch (error) {
        if (!(error instanceof GroupExpressionError)) throw error;
        problems.push(`${id}: ${error.message}`);
      }
      if (problems.length > 0) throw invalidSettings(problems.join(', '));
    },
    validate: async () => {
      const askMember = (name: string): Promise<AdmissionResponse> => {
        const { runtime, context } = members.get(name)!;
        return runtime.validate(input, context);
      };
      const response = await evaluateGroup(compile(), askMember, { uid: input.request.uid, message });
      return applyPolicyRules(response, rules, policyLog);
    },
  };
}

/** A policy's own words against its settings. */
export class InvalidSettingsError extends CliError {
  readonly detail: string;

  constructor(detail: string) {
    super(`Provided settings are not valid: ${detail}`);
    this.detail = detail;
  }
}

function invalidSettings(detail: string): InvalidSettingsError {
  return new InvalidSettingsError(detail);
}
