import type { ClusterObject } from './cluster.ts';
import { branch, ContextDataError, type Tree } from './data-document.ts';

/**
 * The cluster's state where policies of the mode `opa` look for it: `kubernetes.<plural>.<name>` for types of
 * the cluster, `kubernetes.<plural>.<namespace>.<name>` for namespaced ones. Types with the same plural share
 * one map, in which the later object of equal name counts.
 *
 * @throws ContextDataError for an object without a name, and for a plural that is both kinds of type
 */
export function opaInventory(lists: readonly (readonly [plural: string, readonly ClusterObject[]])[]): Tree {
  const inventory: Tree = new Map();
  const namespaced = new Map<string, boolean>();
  for (const [plural, objects] of lists) {
    for (const { name, namespace, json } of objects) {
      const isNamespaced = namespace !== undefined;
      if ((namespaced.get(plural) ?? isNamespaced) !== isNamespaced) {
        throw new ContextDataError(
          isNamespaced
            ? 'trying to add a namespaced resource to a list of clusterwide resources'
            : 'trying to add a clusterwide resource to a list of namespaced resources',
        );
      }
      namespaced.set(plural, isNamespaced);
      if (name === undefined) throw new ContextDataError('DynamicObject does not have a name');
      const ofType = branch(inventory, plural);
      (isNamespaced ? branch(ofType, namespace) : ofType).set(name, json);
    }
  }
  return inventory;
}
