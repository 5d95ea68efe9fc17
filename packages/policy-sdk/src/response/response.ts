/** What a policy decides about a request. Made with {@link accept}, {@link reject} and {@link mutate}. */
export interface ValidationResponse {
  readonly accepted: boolean;
  /** Shown to whoever made the request. */
  readonly message?: string;
  /** An HTTP status code, 0 to 65535. */
  readonly code?: number;
  /** What the object of the request is to become. */
  readonly mutatedObject?: unknown;
  /** Written to the audit log of Kubernetes, below the name of the policy. */
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  /** Shown to whoever made the request, whatever the verdict. */
  readonly warnings?: readonly string[];
}

/** What a verdict may have besides its result. */
export type Remarks = Pick<ValidationResponse, 'auditAnnotations' | 'warnings'>;

/** What a rejection says. */
export interface Rejection extends Remarks {
  readonly message: string;
  /** An HTTP status code, 0 to 65535. */
  readonly code?: number;
}

/**
 * Accepts the request as it is.
 *
 * @example
 * ```ts
 * import { accept } from '@kubewarden/policy-sdk';
 *
 * accept(); // => { accepted: true }
 * accept({ warnings: ['this API is going away'] }); // => { accepted: true, warnings: ['this API is going away'] }
 * ```
 */
export function accept(remarks?: Remarks): ValidationResponse {
  return { accepted: true, ...remarks };
}

/**
 * Rejects the request.
 *
 * @example
 * ```ts
 * import { reject } from '@kubewarden/policy-sdk';
 *
 * reject({ message: 'no' }); // => { accepted: false, message: 'no' }
 * reject({ message: 'no', code: 403, auditAnnotations: { reason: 'name' }, warnings: ['denied'] });
 * ```
 */
export function reject(rejection: Rejection): ValidationResponse {
  return { accepted: false, ...rejection };
}

/**
 * Accepts the request with another object in place of its own. What changes is computed by the host, and applied
 * only where the policy is allowed to mutate.
 *
 * @param object - the whole object; that of the request may be edited in place and given here
 * @throws TypeError if there is no object
 *
 * @example
 * ```ts
 * import { accept, definePolicy, mutate } from '@kubewarden/policy-sdk';
 *
 * export default definePolicy({
 *   validate({ object }) {
 *     if (object === undefined || object.metadata?.labels?.['team']) return accept();
 *     const labels = { ...object.metadata?.labels, team: 'nobody' };
 *     return mutate({ ...object, metadata: { ...object.metadata, labels } });
 *   },
 * });
 * ```
 */
export function mutate(object: unknown, remarks?: Remarks): ValidationResponse {
  if (object === undefined || object === null) throw new TypeError('mutate needs the object');
  return { accepted: true, mutatedObject: object, ...remarks };
}
