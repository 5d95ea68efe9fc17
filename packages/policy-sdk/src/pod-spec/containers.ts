import type { Container, EphemeralContainer } from 'kubernetes-types/core/v1.js';
import type { PodSpec } from './pod-spec.ts';

/** The containers of a pod by their role. */
export interface PodContainers {
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  readonly ephemeralContainers: readonly EphemeralContainer[];
}

/**
 * The three lists of containers of a pod spec; those that are absent are empty.
 *
 * @example
 * ```ts
 * import { containerLists } from '@kubewarden/policy-sdk';
 *
 * const { containers, initContainers } = containerLists({ containers: [{ name: 'web' }] });
 * containers.length; // => 1
 * initContainers; // => []
 * ```
 */
export function containerLists(podSpec: PodSpec): PodContainers {
  return {
    containers: podSpec.containers ?? [],
    initContainers: podSpec.initContainers ?? [],
    ephemeralContainers: podSpec.ephemeralContainers ?? [],
  };
}

/**
 * All containers of a pod spec: init containers, containers and ephemeral containers, in this order.
 *
 * @example
 * ```ts
 * import { allContainers } from '@kubewarden/policy-sdk';
 *
 * const podSpec = { containers: [{ name: 'web' }], initContainers: [{ name: 'migrate' }] };
 * allContainers(podSpec).map(({ name }) => name); // => ['migrate', 'web']
 * ```
 */
export function allContainers(podSpec: PodSpec): (Container | EphemeralContainer)[] {
  const { initContainers, containers, ephemeralContainers } = containerLists(podSpec);
  return [...initContainers, ...containers, ...ephemeralContainers];
}
