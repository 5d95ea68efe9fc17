import { readFileSync } from 'node:fs';
import type { KubernetesObject } from '../kubernetes/resources.ts';
import type { AdmissionRequest } from '../request/admission-request.ts';
import { isObject } from '../request/shape.ts';

/** What a request is to have; the rest is made up. */
export type RequestFields<T> = Partial<AdmissionRequest<T>>;

/**
 * An admission request as Kubernetes sends it. Kind, name and namespace are those of the object, or of the old one on
 * DELETE; without an object, it is about a Pod.
 *
 * @param fields - what is to be different; the operation is CREATE unless said otherwise
 *
 * @example
 * ```ts
 * import { admissionRequest } from '@kubewarden/policy-sdk/testing';
 *
 * const request = admissionRequest({
 *   object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } },
 * });
 * request.kind; // => { group: 'apps', version: 'v1', kind: 'Deployment' }
 * request.resource.resource; // => 'deployments'
 * request.namespace; // => 'shop'
 * ```
 */
export function admissionRequest<T extends object = KubernetesObject>(
  fields: RequestFields<T> = {},
): AdmissionRequest<T> {
  const subject: KubernetesObject = { ...(fields.object ?? fields.oldObject) };
  const [version = 'v1', group = ''] = (subject.apiVersion ?? 'v1').split('/').toReversed();
  const kind = fields.kind ?? { group, version, kind: subject.kind ?? 'Pod' };
  const { name, namespace } = subject.metadata ?? {};
  return {
    uid: '00000000-0000-4000-8000-000000000000',
    kind,
    resource: { group: kind.group, version: kind.version, resource: plural(kind.kind) },
    operation: 'CREATE',
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
    dryRun: false,
    ...fields,
  };
}

/**
 * The admission request in a JSON file: by itself, or inside of an AdmissionReview.
 *
 * @throws Error naming the file, if it holds neither
 *
 * @example
 * ```ts
 * import { requestFromFile } from '@kubewarden/policy-sdk/testing';
 * import { writeFileSync } from 'node:fs';
 *
 * writeFileSync('review.json', '{"kind": "AdmissionReview", "request": {"uid": "1"}}');
 * requestFromFile('review.json').uid; // => '1'
 * ```
 */
export function requestFromFile(file: string | URL): AdmissionRequest {
  let value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (isObject(value) && value['kind'] === 'AdmissionReview') value = value['request'];
  if (!isObject(value)) throw new Error(`${String(file)} has no admission request`);
  return value as unknown as AdmissionRequest;
}

/**
 * Tells admission requests from those of raw policies, by what every admission request has.
 */
export function isAdmissionRequest(request: unknown): request is AdmissionRequest {
  return isObject(request) && isObject(request['kind']) && isObject(request['userInfo']);
}

/** As Kubernetes names its own collections; English has more rules, but no kind that needs them. */
function plural(kind: string): string {
  const name = kind.toLowerCase();
  if (name === 'endpoints') return name;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(?:s|x|ch)$/.test(name) ? `${name}es` : `${name}s`;
}
