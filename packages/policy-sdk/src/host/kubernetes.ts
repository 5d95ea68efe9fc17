import type { SubjectAccessReviewStatus } from 'kubernetes-types/authorization/v1.js';
import type { ListMeta } from 'kubernetes-types/meta/v1.js';
import type { Resource } from '../kubernetes/resources.ts';
import { callHostForObject } from './call.ts';

// Each function names its operation itself, so that a bundle holds only those that the policy uses.

/** Which objects a list is to have, and how much of each. */
export interface ListQuery<ApiVersion extends string = string, Kind extends string = string> {
  /** `v1`, or `group/version`. */
  readonly apiVersion: ApiVersion;
  /** Singular, in PascalCase. */
  readonly kind: Kind;
  /** As for `kubectl get --selector`. */
  readonly labelSelector?: string;
  /** As for `kubectl get --field-selector`. */
  readonly fieldSelector?: string;
  /**
   * The only fields that are wanted, as paths with dots; lists on the way are passed through, for instance
   * `spec.containers.image`. Saves a lot of work on large lists. `apiVersion`, `kind` and `metadata` come anyway.
   */
  readonly fieldMasks?: readonly string[];
}

/** A list query for one namespace. */
export interface NamespacedListQuery<
  ApiVersion extends string = string,
  Kind extends string = string,
> extends ListQuery<ApiVersion, Kind> {
  readonly namespace: string;
}

/** A list of objects; those of a list need not have `apiVersion` and `kind`. */
export interface ResourceList<T> {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ListMeta;
  readonly items: readonly T[];
}

/** Which object is wanted. */
export interface GetQuery<ApiVersion extends string = string, Kind extends string = string> {
  /** `v1`, or `group/version`. */
  readonly apiVersion: ApiVersion;
  /** Singular, in PascalCase. */
  readonly kind: Kind;
  readonly name: string;
  /** For kinds that have namespaces. */
  readonly namespace?: string;
  /** Asks the API server, even if the host has seen the object in the last 5 seconds. */
  readonly disableCache?: boolean;
  /** As in {@link ListQuery}. */
  readonly fieldMasks?: readonly string[];
}

/** Who wants to do what. */
export interface AccessQuery {
  /** For instance `system:serviceaccount:default:builder`. */
  readonly user: string;
  readonly groups?: readonly string[];
  /** For instance `create`. */
  readonly verb: string;
  /** In the plural, for instance `pods`. */
  readonly resource: string;
  /** The API group; empty for the core group. */
  readonly group?: string;
  readonly version?: string;
  readonly subresource?: string;
  readonly name?: string;
  /** Empty for all namespaces. */
  readonly namespace?: string;
  /** Asks the API server, even if the host has asked the same in the last 5 seconds. */
  readonly disableCache?: boolean;
}

/**
 * All objects of a kind, in all namespaces. The policy's metadata must list the kind in `contextAwareResources`.
 *
 * @throws HostError
 *
 * @example
 * ```ts
 * import { accept, definePolicy, reject } from '@kubewarden/policy-sdk';
 * import { list } from '@kubewarden/policy-sdk/host/kubernetes';
 *
 * export default definePolicy({
 *   validate(request) {
 *     const { items } = list({
 *       apiVersion: 'networking.k8s.io/v1',
 *       kind: 'Ingress',
 *       fieldMasks: ['spec.rules.host'],
 *     });
 *     const hosts = items.flatMap(({ spec }) => spec?.rules ?? []).map(({ host }) => host);
 *     const taken = hosts.includes(request.name);
 *     return taken ? reject({ message: `${request.name} is taken` }) : accept();
 *   },
 * });
 * ```
 */
export function list<const ApiVersion extends string, const Kind extends string>(
  query: ListQuery<ApiVersion, Kind>,
): ResourceList<Resource<ApiVersion, Kind>> {
  return asList(callHostForObject('kubernetes', 'list_resources_all', listRequest(query), isList));
}

/**
 * The objects of a kind in one namespace. The policy's metadata must list the kind in `contextAwareResources`.
 *
 * @throws HostError
 *
 * @example
 * ```ts
 * import { accept, definePolicy, reject } from '@kubewarden/policy-sdk';
 * import { listByNamespace } from '@kubewarden/policy-sdk/host/kubernetes';
 *
 * export default definePolicy({
 *   validate({ namespace = 'default' }) {
 *     const { items } = listByNamespace({
 *       apiVersion: 'v1',
 *       kind: 'Service',
 *       namespace,
 *       labelSelector: 'app=nginx',
 *     });
 *     return items.length < 3 ? accept() : reject({ message: 'three services are enough' });
 *   },
 * });
 * ```
 */
export function listByNamespace<const ApiVersion extends string, const Kind extends string>(
  query: NamespacedListQuery<ApiVersion, Kind>,
): ResourceList<Resource<ApiVersion, Kind>> {
  const request = listRequest(query, query.namespace);
  return asList(callHostForObject('kubernetes', 'list_resources_by_namespace', request, isList));
}

/**
 * One object. The policy's metadata must list the kind in `contextAwareResources`.
 *
 * @throws HostError also when there is no such object
 *
 * @example
 * ```ts
 * import { accept, definePolicy, reject } from '@kubewarden/policy-sdk';
 * import { get } from '@kubewarden/policy-sdk/host/kubernetes';
 *
 * export default definePolicy({
 *   validate({ namespace = 'default' }) {
 *     const { metadata } = get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
 *     const frozen = metadata?.labels?.['frozen'] === 'true';
 *     return frozen ? reject({ message: `namespace ${namespace} is frozen` }) : accept();
 *   },
 * });
 * ```
 */
export function get<const ApiVersion extends string, const Kind extends string>(
  query: GetQuery<ApiVersion, Kind>,
): Resource<ApiVersion, Kind> {
  // The host answers with the kind that it was asked for, which the compiler cannot know.
  return callHostForObject('kubernetes', 'get_resource', {
    api_version: query.apiVersion,
    kind: query.kind,
    name: query.name,
    namespace: query.namespace,
    disable_cache: query.disableCache ?? false,
    field_masks: query.fieldMasks,
  });
}

/**
 * Whether a user may do something, as the cluster's authorisation sees it.
 *
 * @throws HostError
 *
 * @example
 * ```ts
 * import { accept, definePolicy, reject } from '@kubewarden/policy-sdk';
 * import { canI } from '@kubewarden/policy-sdk/host/kubernetes';
 *
 * export default definePolicy({
 *   validate({ userInfo, namespace = 'default' }) {
 *     const user = userInfo.username ?? '';
 *     const { allowed } = canI({ user, verb: 'create', resource: 'secrets', namespace });
 *     return allowed ? accept() : reject({ message: `${user} may not create secrets` });
 *   },
 * });
 * ```
 */
export function canI(query: AccessQuery): SubjectAccessReviewStatus {
  const { user, groups, namespace, verb, group, resource, subresource, name, version } = query;
  return callHostForObject(
    'kubernetes',
    'can_i',
    {
      subject_access_review: {
        groups,
        resource_attributes: { namespace, verb, group, resource, subresource, name, version },
        user,
      },
      disable_cache: query.disableCache ?? false,
    },
    ({ allowed }) => typeof allowed === 'boolean',
  ) as unknown as SubjectAccessReviewStatus;
}

function listRequest(query: ListQuery, namespace?: string): object {
  return {
    api_version: query.apiVersion,
    kind: query.kind,
    namespace,
    label_selector: query.labelSelector,
    field_selector: query.fieldSelector,
    field_masks: query.fieldMasks,
  };
}

function isList({ items }: { readonly items?: unknown }): boolean {
  return Array.isArray(items);
}

function asList<T>(list: object): ResourceList<T> {
  return list as ResourceList<T>;
}
