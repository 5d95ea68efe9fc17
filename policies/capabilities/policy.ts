import {
  accept,
  acceptSettings,
  allContainers,
  containerLists,
  definePolicy,
  extractPodSpec,
  mutatePodSpec,
  reject,
  rejectSettings,
  type Container,
  type EphemeralContainer,
} from '@kubewarden/policy-sdk';
import { members, strings } from '../shared/settings.ts';
import { stringList } from '../shared/shape.ts';

const notAllowed = "PSP capabilities policies doesn't allow these capabilities to be added";

export default definePolicy({
  settings: members({
    allowed_capabilities: strings,
    required_drop_capabilities: strings,
    default_add_capabilities: strings,
  }),
  validateSettings({ allowed_capabilities: allowed, required_drop_capabilities: dropped, ...settings }) {
    const added = settings.default_add_capabilities;
    const allowedAndDropped = allowed.filter((name) => dropped.includes(name));
    if (allowedAndDropped.length > 0) {
      return rejectSettings(
        `These capabilities cannot be allowed because they are also required to be dropped: ${set(allowedAndDropped)}`,
      );
    }
    const addedAndDropped = added.filter((name) => dropped.includes(name));
    if (addedAndDropped.length > 0) {
      return rejectSettings(
        `These capabilities cannot be added by default because they are also required to be dropped: ${set(addedAndDropped)}`,
      );
    }
    const addedOnly = allowed.includes('*') ? [] : added.filter((name) => !allowed.includes(name));
    if (addedOnly.length > 0) {
      return rejectSettings(
        `These capabilities cannot be added by default because they are not allowed: ${set(addedOnly)}`,
      );
    }
    return acceptSettings();
  },
  validate(request, settings) {
    const { allowed_capabilities: allowed, required_drop_capabilities: dropped } = settings;
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined) return accept();
    const added = allContainers(podSpec).flatMap((container) => capabilitiesOf(container, 'add'));
    const others = allowed.includes('*') ? [] : added.filter((name) => !allowed.includes(name));
    if (others.length > 0) return reject({ message: `${notAllowed}: ${set(others)}` });
    const forbidden = new Set(dropped.map(kernelName));
    const addedAndDropped = added.filter((name) => forbidden.has(kernelName(name)));
    if (addedAndDropped.length > 0) {
      return reject({
        message: `${notAllowed} because they are on the \`required_drop_capabilities\` list: ${set(addedAndDropped)}`,
      });
    }
    const { initContainers, containers } = containerLists(podSpec);
    const lacking = [...initContainers, ...containers].map((container) => ({
      container,
      add: settings.default_add_capabilities.filter(
        (name) => !capabilitiesOf(container, 'add').includes(name),
      ),
      drop: dropped.filter((name) => !capabilitiesOf(container, 'drop').includes(name)),
    }));
    if (lacking.every(({ add, drop }) => add.length === 0 && drop.length === 0)) return accept();
    return mutatePodSpec(request, () => {
      for (const { container, add, drop } of lacking) {
        extend(container, 'add', add);
        extend(container, 'drop', drop);
      }
    });
  },
});

function capabilitiesOf(
  { name, securityContext }: Container | EphemeralContainer,
  list: 'add' | 'drop',
): readonly string[] {
  return stringList(securityContext?.capabilities?.[list], `the capabilities of container ${name}`);
}

function extend(container: Container, list: 'add' | 'drop', names: readonly string[]): void {
  if (names.length === 0) return;
  const { securityContext } = container;
  container.securityContext = {
    ...securityContext,
    capabilities: {
      ...securityContext?.capabilities,
      [list]: [...capabilitiesOf(container, list), ...new Set(names)],
    },
  };
}

/** Container runtimes take `net_admin` and `CAP_NET_ADMIN` as well. */
function kernelName(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}

/** `{"KILL", "NET_ADMIN"}` */
function set(names: readonly string[]): string {
  return `{${[...new Set(names)]
    .toSorted()
    .map((name) => JSON.stringify(name))
    .join(', ')}}`;
}
