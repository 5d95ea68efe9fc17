export { EvaluationPool } from './pool.ts';
export { PoolStartError, UnknownPolicyError } from './errors.ts';
export type { EvaluationPoolOptions, PoolStatistics } from './options.ts';
export { summarizeAdmission } from './outcome.ts';
export type { ReviewEndpoint, ReviewJob, ReviewOutcome, ReviewSummary } from './outcome.ts';
export type { FailedPolicy, PooledGroup, PooledPolicy } from './policies.ts';
export type { WarmUpFailure } from './warm-up.ts';
