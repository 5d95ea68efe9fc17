import { parseJson, type ContextAwareResource } from '@kubewarden/policy';
import type { EvaluationContext } from '../../runtime/policy-runtime.ts';
import { BoundedMap } from '../bounded-map.ts';
import { fetchList, fetchPluralName, listedObjects, sortResources } from './cluster.ts';
import { writeTree, type DataDocument, type Tree } from './data-document.ts';
import { opaInventory } from './opa-inventory.ts';

interface Built {
  readonly lists: readonly Uint8Array[];
  readonly plurals: readonly string[];
  readonly document: DataDocument;
}

/** Policies whose last document is kept. */
const maximumDocuments = 16;

/**
 * The data documents of policies of the mode `opa`: the settings, and the cluster's state as the key
 * `kubernetes`. The lists are asked for at every evaluation; while they are the same bytes as before, so is the
 * document.
 */
export class OpaData {
  readonly #documents = new BoundedMap<Uint8Array, Built>(maximumDocuments);

  /** @throws ContextDataError */
  document(context: EvaluationContext): DataDocument | Promise<DataDocument> {
    const resources = context.gate.permissions.contextAwareResources;
    return resources.length === 0 ? context.settings : this.#withInventory(context, sortResources(resources));
  }

  async #withInventory(
    context: EvaluationContext,
    resources: readonly ContextAwareResource[],
  ): Promise<DataDocument> {
    const { gate, settings } = context;
    const lists: Uint8Array[] = [];
    for (const resource of resources) lists.push(await fetchList(gate, resource));
    const plurals: string[] = [];
    for (const resource of resources) plurals.push(await fetchPluralName(gate, resource));

    const last = this.#documents.get(settings);
    if (last !== undefined && sameItems(last.lists, lists, sameBytes) && sameItems(last.plurals, plurals)) {
      return last.document;
    }
    const tree = settingsTree(context);
    tree.set(
      'kubernetes',
      opaInventory(plurals.map((plural, i) => [plural, listedObjects(lists[i]!)] as const)),
    );
    const document = writeTree(tree);
    this.#documents.set(settings, { lists, plurals, document });
    return document;
  }
}

function settingsTree({ settings, gate, policyId }: EvaluationContext): Tree {
  const document = parseJson(settings);
  const tree: Tree = new Map(
    document.members(document.root).map(({ name, value }) => [name, document.slice(value)]),
  );
  if (tree.has('kubernetes')) {
    gate.log({
      policyId,
      level: 'warn',
      message:
        'OPA policy had user provided setting with key `kubernetes`. ' +
        'This value has been overwritten with the actual kubernetes context data',
    });
  }
  return tree;
}

function sameItems<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean = Object.is): boolean {
  return a.length === b.length && a.every((item, index) => same(item, b[index] as T));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
