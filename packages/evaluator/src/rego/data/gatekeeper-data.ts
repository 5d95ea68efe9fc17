import type { ContextAwareResource } from '@kubewarden/policy';
import type { HostGate } from '../../host/gate.ts';
import type { GuestClock } from '../../runtime/options.ts';
import { BoundedMap } from '../bounded-map.ts';
import { fetchList, hasChanged, listedObjects, resourceKey, sortResources } from './cluster.ts';
import { emptyDocument, type DataDocument } from './data-document.ts';
import { gatekeeperDocument } from './gatekeeper-inventory.ts';

interface Inventory {
  readonly document: DataDocument;
  /** Monotonic nanoseconds, read before the lists were asked for. */
  readonly since: bigint;
}

/** Sets of resources whose inventory is kept. */
const maximumInventories = 16;

/**
 * The data documents of Gatekeeper policies. An inventory is kept per set of resources, and made anew when the
 * host says that one of its lists has changed.
 */
export class GatekeeperData {
  readonly #clock: GuestClock;
  readonly #inventories = new BoundedMap<string, Inventory>(maximumInventories);
  readonly #pending = new Map<string, Promise<Inventory>>();

  constructor(clock: GuestClock) {
    this.#clock = clock;
  }

  /**
   * The data document for a policy with this gate: `{}` when it may not see the cluster.
   *
   * @throws ContextDataError
   */
  document(gate: HostGate): DataDocument | Promise<DataDocument> {
    const resources = gate.permissions.contextAwareResources;
    return resources.length === 0 ? emptyDocument : this.#inventory(gate, sortResources(resources));
  }

  async #inventory(gate: HostGate, resources: readonly ContextAwareResource[]): Promise<DataDocument> {
    const key = resources.map(resourceKey).join('\n');
    const kept = this.#inventories.get(key);
    if (kept !== undefined && !(await this.#isStale(gate, resources, kept))) return kept.document;
    // Another review may be making the same inventory. Should it fail, that is not this review's failure.
    for (let pending = this.#pending.get(key); pending !== undefined; pending = this.#pending.get(key)) {
      await pending.catch(() => undefined);
    }
    const made = this.#inventories.get(key);
    if (made !== undefined && made !== kept) return made.document;
    return (await this.#build(gate, resources, key)).document;
  }

  async #isStale(
    gate: HostGate,
    resources: readonly ContextAwareResource[],
    { since }: Inventory,
  ): Promise<boolean> {
    for (const resource of resources) {
      const age = Number(this.#clock.monotonic() - since) / 1e6;
      if (await hasChanged(gate, resource, age)) return true;
    }
    return false;
  }

  #build(gate: HostGate, resources: readonly ContextAwareResource[], key: string): Promise<Inventory> {
    const building = this.#fetch(gate, resources)
      .then((inventory) => {
        this.#inventories.set(key, inventory);
        return inventory;
      })
      .finally(() => this.#pending.delete(key));
    this.#pending.set(key, building);
    return building;
  }

  async #fetch(gate: HostGate, resources: readonly ContextAwareResource[]): Promise<Inventory> {
    const since = this.#clock.monotonic();
    const lists: Uint8Array[] = [];
    for (const resource of resources) lists.push(await fetchList(gate, resource));
    const objects = lists.map(
      (list, index) => [resources[index] as ContextAwareResource, listedObjects(list)] as const,
    );
    return { document: gatekeeperDocument(objects), since };
  }
}
