export type { EvaluationPoolOptions, PoolStatistics } from './options.ts';
export type { ReviewEndpoint, ReviewJob, ReviewOutcome, ReviewSummary } from './outcome.ts';
export type { FailedPolicy, PooledGroup, PooledPolicy } from './policies.ts';
