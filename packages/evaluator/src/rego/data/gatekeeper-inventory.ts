import type { ContextAwareResource } from '@kubewarden/policy';
import type { ClusterObject } from './cluster.ts';
import { branch, ContextDataError, writeTree, type DataDocument, type Tree } from './data-document.ts';

/**
 * The cluster's state where Gatekeeper policies look for it:
 * `data.inventory.cluster[apiVersion][kind][name]` and
 * `data.inventory.namespace[namespace][apiVersion][kind][name]`.
 *
 * @throws ContextDataError for an object without a name
 */
export function gatekeeperDocument(
  lists: readonly (readonly [ContextAwareResource, readonly ClusterObject[]])[],
): DataDocument {
  const cluster: Tree = new Map();
  const namespaces: Tree = new Map();
  for (const [{ apiVersion, kind }, objects] of lists) {
    for (const { name, namespace, json } of objects) {
      if (name === undefined) throw new ContextDataError('DynamicObject does not have a name');
      const versions = namespace === undefined ? cluster : branch(namespaces, namespace);
      branch(branch(versions, apiVersion), kind).set(name, json);
    }
  }
  const inventory: Tree = new Map<string, Tree>([
    ['cluster', cluster],
    ['namespace', namespaces],
  ]);
  return writeTree(new Map([['inventory', inventory]]));
}
