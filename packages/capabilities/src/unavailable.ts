import { HostCallError } from '@kubewarden/evaluator';

/**
 * Stands for a capability that this build does not have: the policy is told, and fails closed.
 *
 * @param purpose completes "this host cannot …"
 */
export function unavailable(capability: string, purpose: string): () => never {
  return () => {
    throw new HostCallError(`'${capability}' is not available in this build: this host cannot ${purpose}`);
  };
}
