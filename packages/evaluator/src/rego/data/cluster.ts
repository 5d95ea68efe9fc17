import { parseJson, type ContextAwareResource, type JsonDocument, type JsonNode } from '@kubewarden/policy';
import { errorText, HostCallError, HostChannelError } from '../../host/errors.ts';
import type { HostGate } from '../../host/gate.ts';
import type { HostRequest } from '../../host/request.ts';
import { ContextDataError } from './data-document.ts';

/** An object of the cluster: what decides where it is filed, and its JSON (a view). */
export interface ClusterObject {
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly json: Uint8Array;
}

/** The resources in the order in which they are asked for: sorted, without repetition. */
export function sortResources(resources: readonly ContextAwareResource[]): readonly ContextAwareResource[] {
  const byKey = new Map(resources.map((resource) => [resourceKey(resource), resource]));
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, resource]) => resource);
}

/** Sorts as `(apiVersion, kind)` does. */
export function resourceKey({ apiVersion, kind }: ContextAwareResource): string {
  return `${apiVersion}\n${kind}`;
}

/** JSON of the list of all objects of a type. */
export function fetchList(gate: HostGate, { apiVersion, kind }: ContextAwareResource): Promise<Uint8Array> {
  return ask(gate, { type: 'KubernetesListResourceAll', api_version: apiVersion, kind });
}

/** `deployments` for `apps/v1`, `Deployment`. */
export async function fetchPluralName(
  gate: HostGate,
  { apiVersion, kind }: ContextAwareResource,
): Promise<string> {
  const answer = await ask(gate, { type: 'KubernetesGetResourcePluralName', api_version: apiVersion, kind });
  return decoded(answer, 'get plural name failure, cannot convert callback response', (document) =>
    document.string(document.root),
  );
}

/** @param age - milliseconds since the moment in question */
export async function hasChanged(
  gate: HostGate,
  { apiVersion, kind }: ContextAwareResource,
  age: number,
): Promise<boolean> {
  const secs = Math.floor(age / 1000);
  const answer = await ask(gate, {
    type: 'HasKubernetesListResourceAllResultChangedSinceInstant',
    api_version: apiVersion,
    kind,
    since: { secs, nanos: Math.floor((age - secs * 1000) * 1e6) },
  });
  return decoded(answer, 'cannot convert callback response into a boolean', (document) =>
    document.boolean(document.root),
  );
}

/** The objects of a list. */
export function listedObjects(list: Uint8Array): readonly ClusterObject[] {
  return decoded(list, 'cannot convert callback response into a list of kubernetes objects', (document) => {
    const items = document.member(document.root, 'items');
    if (items === undefined) throw new TypeError('missing field `items`');
    return document.items(items).map((item) => clusterObject(document, item));
  });
}

function clusterObject(document: JsonDocument, item: JsonNode): ClusterObject {
  const metadata = document.member(item, 'metadata');
  const text = (name: string): string | undefined => {
    const node = metadata === undefined ? undefined : document.member(metadata, name);
    return node === undefined || document.isNull(node) ? undefined : document.string(node);
  };
  return { name: text('name'), namespace: text('namespace'), json: document.slice(item) };
}

async function ask(gate: HostGate, request: HostRequest): Promise<Uint8Array> {
  try {
    return await gate.fetch(request);
  } catch (cause) {
    if (!(cause instanceof HostCallError)) throw cause;
    if (cause instanceof HostChannelError) throw new ContextDataError(lowerFirst(cause.message), { cause });
    throw new ContextDataError(`cannot perform a request via callback channel: ${cause.message}`, { cause });
  }
}

function decoded<T>(answer: Uint8Array, failure: string, decode: (document: JsonDocument) => T): T {
  try {
    return decode(parseJson(answer));
  } catch (cause) {
    throw new ContextDataError(`${failure}: ${errorText(cause)}`, {
      cause,
    });
  }
}

/** Errors of the channel begin with a capital letter where waPC guests are told of them, and not here. */
function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
