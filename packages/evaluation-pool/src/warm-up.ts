/** A policy that a worker could not run on made-up reviews. */
export interface WarmUpFailure {
  readonly policyId: string;
  readonly reason: string;
}
