import { EvaluationPool, type EvaluationPoolOptions } from '@kubewarden/evaluation-pool';
import type { Config } from '../config/config.ts';
import type { Logger } from '../logging/logger.ts';
import type { Assembly, ServedPolicy } from './assemble.ts';
import { mapConcurrently } from './concurrency.ts';
import { BootstrapError } from './errors.ts';

/** A pool whose policies accept their settings, and the policies that it serves. */
export interface StartedPool {
  readonly pool: EvaluationPool;
  readonly policies: readonly ServedPolicy[];
}

/**
 * Starts the pool, lets every policy check its settings, and warms the workers up.
 *
 * With `continueOnErrors` a policy that refuses its settings is served as a failed one. Members of groups too: the
 * original evaluates them with the bad settings.
 *
 * @throws BootstrapError when a policy refuses its settings, without `continueOnErrors`
 */
export async function startPool(
  assembly: Assembly,
  config: Pick<Config, 'workers' | 'continueOnErrors'>,
  surroundings: Pick<EvaluationPoolOptions, 'answer' | 'log'>,
  logger: Logger,
): Promise<StartedPool> {
  const options = { workers: config.workers, modules: assembly.modules, ...surroundings };
  let policies = assembly.policies;
  let pool = await EvaluationPool.start({ ...options, policies });
  const refusals = await validateAllSettings(pool, policies, config.workers);
  if (refusals.size > 0) {
    for (const [policy_id, error] of refusals)
      logger.log('error', 'policy settings are invalid', { policy_id, error });
    await pool.close(0);
    const [[id, error]] = [...refusals] as [[string, string]];
    if (!config.continueOnErrors) throw new BootstrapError(`${id}: ${error}`);
    policies = policies.map((policy): ServedPolicy => {
      const reason = refusals.get(policy.id);
      return reason === undefined ? policy : { kind: 'failed', id: policy.id, mode: policy.mode, reason };
    });
    pool = await EvaluationPool.start({ ...options, policies });
  }
  for (const { policyId, reason } of await pool.warmUp()) {
    logger.log('debug', 'policy cannot be warmed up', { policy_id: policyId, reason });
  }
  return { pool, policies };
}

/** The policies that refuse their settings, and with which message, in the order of the file. */
async function validateAllSettings(
  pool: EvaluationPool,
  policies: readonly ServedPolicy[],
  workers: number,
): Promise<ReadonlyMap<string, string>> {
  const answers = await mapConcurrently(
    policies.filter(({ kind }) => kind === 'policy'),
    workers,
    async ({ id }) => [id, await pool.validateSettings(id)] as const,
  );
  return new Map(
    answers
      .filter(([, { valid }]) => !valid)
      .map(([id, { message }]) => [id, `Policy settings are invalid: ${message ?? 'no message'}`]),
  );
}
