import type { ContextAwareResource } from '@kubewarden/policy';
import { formatHostCapabilities, isCapabilityAllowed, type HostCapabilities } from './capabilities.ts';
import { describeErrorChain, errorText, HostCallError, HostChannelError } from './errors.ts';
import type { PolicyLog } from './log.ts';
import { hostOperations } from './operations.ts';
import { logGuestEntry } from './guest-log.ts';
import type { HostAnswerer, HostRequest } from './request.ts';

/** What a policy may ask of its host. */
export interface PolicyPermissions {
  readonly policyId: string;
  readonly hostCapabilities: HostCapabilities;
  readonly contextAwareResources: readonly ContextAwareResource[];
}

/**
 * The one door between guests and host capabilities: it authorises, decodes and forwards. waPC and WASI guests
 * come through {@link HostGate.call}, the data of Rego policies through {@link HostGate.fetch}.
 */
export interface HostGate {
  readonly permissions: PolicyPermissions;
  readonly log: PolicyLog;
  /**
   * A host call as a guest makes it. Order of the checks: evaluator.md 4.1.
   *
   * @returns the response payload; a promise only where the answer needs I/O
   * @throws HostCallError (or a promise rejected with one) when refused or failed
   */
  call(
    binding: string,
    namespace: string,
    operation: string,
    payload: Uint8Array,
  ): Uint8Array | Promise<Uint8Array>;
  /**
   * A request that the host makes on behalf of a Rego policy: the resource must be among the
   * `contextAwareResources`, `hostCapabilities` does not apply.
   *
   * @throws HostCallError (or a promise rejected with one) when refused or failed
   */
  fetch(request: HostRequest): Uint8Array | Promise<Uint8Array>;
}

export type CreateHostGate = (
  permissions: PolicyPermissions,
  answer: HostAnswerer,
  log: PolicyLog,
) => HostGate;

/** The most bytes that the payload of a host call may have: 4 MiB. The original has no bound. */
export const maximumHostCallPayload = 4 * 1024 * 1024;

/** The most characters that binding, namespace and operation of a call may have together. */
export const maximumHostCallName = 256;

/** The most characters of what a guest gave that are repeated in a field of the log. */
const maximumLogField = 1024;

const empty = new Uint8Array(0);

/**
 * The gate of one policy. It holds no state between calls, so that one gate may serve all evaluations of the
 * policy on a thread.
 */
export const createHostGate: CreateHostGate = (permissions, answer, log) => {
  const { policyId } = permissions;
  const caller = { policyId };

  function refuse(message: string, logMessage: string, fields: Readonly<Record<string, string>>): never {
    log({ policyId, level: 'error', message: logMessage, fields: shortened(fields) });
    throw new HostCallError(message);
  }

  function authoriseResource(request: HostRequest): void {
    if (!readsKubernetesResource(request)) return;
    const { api_version: apiVersion, kind } = request;
    const allowed = permissions.contextAwareResources;
    if (allowed.some((resource) => resource.apiVersion === apiVersion && resource.kind === kind)) return;
    refuse(
      `Policy has not been granted access to Kubernetes ${apiVersion}/${kind} resources. ` +
        'The violation has been reported.',
      "Policy tried to access a Kubernetes resource it doesn't have access to",
      {
        resource_requested: `${apiVersion}/${kind}`,
        resources_allowed: `[${allowed.map((resource) => `${resource.apiVersion}/${resource.kind}`).join(', ')}]`,
      },
    );
  }

  /** Forwards an authorised request; `explain` turns what went wrong into what the policy is told. */
  function forward(
    request: HostRequest,
    explain: (error: unknown) => HostCallError,
  ): Uint8Array | Promise<Uint8Array> {
    try {
      const answered = answer(request, caller);
      if (!(answered instanceof Promise)) return answered;
      return answered.catch((error: unknown) => {
        throw explain(error);
      });
    } catch (error) {
      throw explain(error);
    }
  }

  return {
    permissions,
    log,
    call(binding, namespace, operation, payload) {
      if (binding.length + namespace.length + operation.length > maximumHostCallName) {
        throw new HostCallError(`the name of a host call has more than ${maximumHostCallName} characters`);
      }
      if (binding !== 'kubewarden') {
        refuse(`unknown binding: ${binding}`, 'unknown binding', { binding });
      }
      if (
        namespace !== 'tracing' &&
        !isCapabilityAllowed(permissions.hostCapabilities, `${namespace}/${operation}`)
      ) {
        refuse(
          `Policy has not been granted access to the '${namespace}/${operation}' host capability. ` +
            'The violation has been reported.',
          "Policy tried to use a host capability it doesn't have access to",
          {
            capability: `${namespace}/${operation}`,
            allowed_capabilities: formatHostCapabilities(permissions.hostCapabilities),
          },
        );
      }
      if (namespace === 'tracing' && operation === 'log') {
        logGuestEntry(payload, policyId, log);
        return empty;
      }
      const operations = hostOperations.get(namespace);
      if (operations === undefined && namespace !== 'tracing') {
        refuse(`unknown namespace: ${namespace}`, 'unknown namespace', { namespace });
      }
      const decode = operations?.get(operation);
      if (decode === undefined) {
        return refuse(`unknown operation: ${operation}`, 'unknown operation', { namespace, operation });
      }
      if (payload.byteLength > maximumHostCallPayload) {
        throw new HostCallError(
          `the payload of '${namespace}/${operation}' has ${payload.byteLength} bytes, ` +
            `more than the ${maximumHostCallPayload} that are allowed`,
        );
      }
      const request = decode(payload);
      authoriseResource(request);
      return forward(request, (error) => {
        if (error instanceof HostChannelError) return error;
        const text = describeErrorChain(error);
        log({
          policyId,
          level: 'error',
          message: 'callback evaluation failed',
          fields: shortened({ binding, operation, error: text }),
        });
        return new HostCallError(`Callback evaluation failure: ${text}`, { cause: error });
      });
    },
    fetch(request) {
      authoriseResource(request);
      return forward(request, (error) =>
        error instanceof HostChannelError
          ? error
          : new HostCallError(`cannot perform a request via callback channel: ${errorText(error)}`, {
              cause: error,
            }),
      );
    },
  };
};

function shortened(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, text]) => [
      name,
      text.length > maximumLogField ? `${text.slice(0, maximumLogField)}…` : text,
    ]),
  );
}

/** `can_i` is about permissions, not about a resource's data, and is not covered by the list. */
function readsKubernetesResource(
  request: HostRequest,
): request is Extract<HostRequest, { readonly api_version: string }> {
  return 'api_version' in request;
}
