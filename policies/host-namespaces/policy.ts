import {
  accept,
  containerLists,
  definePolicy,
  extractPodSpec,
  reject,
  type Container,
  type EphemeralContainer,
} from '@kubewarden/policy-sdk';
import { array, check, optional, pipe, type InferOutput } from 'valibot';
import { flag, members, wholeNumber } from '../shared/settings.ts';
import { objectList } from '../shared/shape.ts';

const portRange = pipe(
  members({ min: wholeNumber, max: wholeNumber }),
  check(
    ({ min, max }) => min <= max,
    ({ input: { min, max } }) => `port min ${min} cannot be greater than max ${max}`,
  ),
);

type PortRange = InferOutput<typeof portRange>;

export default definePolicy({
  settings: members({
    allow_host_ipc: flag,
    allow_host_network: flag,
    allow_host_pid: flag,
    allow_host_ports: optional(array(portRange, 'must be a list'), []),
  }),
  validate(request, settings) {
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined) return accept();
    if (podSpec.hostIPC && !settings.allow_host_ipc) {
      return reject({ message: 'Pod has IPC enabled, but this is not allowed' });
    }
    if (podSpec.hostNetwork && !settings.allow_host_network) {
      return reject({ message: 'Pod has host network enabled, but this is not allowed' });
    }
    if (podSpec.hostPID && !settings.allow_host_pid) {
      return reject({ message: 'Pod has host PID enabled, but this is not allowed' });
    }
    const { initContainers, containers, ephemeralContainers } = containerLists(podSpec);
    const offends = (container: Container | EphemeralContainer): boolean =>
      usesOtherPorts(container, settings.allow_host_ports);
    if (initContainers.some(offends)) {
      return reject({ message: 'Pod is using unallowed host ports in init containers' });
    }
    if (containers.some(offends)) {
      return reject({ message: 'Pod is using unallowed host ports in containers' });
    }
    if (ephemeralContainers.some(offends)) {
      return reject({ message: 'Pod is using unallowed host ports in ephemeral containers' });
    }
    return accept();
  },
});

/** Whether a container has a port on the host that is in none of the ranges. */
function usesOtherPorts(
  { name, ports }: Container | EphemeralContainer,
  allowed: readonly PortRange[],
): boolean {
  return objectList(ports, `the ports of container ${name}`)
    .map(({ hostPort }) => hostPort ?? undefined)
    .some((port) => port !== undefined && !allowed.some(({ min, max }) => min <= port && port <= max));
}
