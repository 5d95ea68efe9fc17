import { accept, definePolicy, HostError, reject, RequestError } from '@kubewarden/policy-sdk';
import { list } from '@kubewarden/policy-sdk/host/kubernetes';

const groups = ['networking.k8s.io', 'extensions'];
const operation = 'kubernetes/list_resources_all';

export default definePolicy({
  validate(request) {
    const { kind, object } = request;
    if (kind.kind !== 'Ingress' || !groups.includes(kind.group)) return accept();
    const hosts = hostsOf(object?.['spec']);
    if (hosts === undefined) throw new RequestError('request.object.spec.rules must be a list of rules');
    if (hosts.length === 0) return accept();

    const name = object?.metadata?.name ?? request.name;
    const namespace = object?.metadata?.namespace ?? request.namespace;
    let taken: ReadonlySet<string>;
    try {
      taken = hostsOfOthers(name, namespace);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      return reject({ message: `the Ingresses of the cluster are not known: ${error.message}`, code: 500 });
    }
    const conflicts = [...new Set(hosts)].filter((host) => taken.has(host)).toSorted();
    if (conflicts.length === 0) return accept();
    const message = conflicts.map((host) => `ingress host conflicts with an existing ingress <${host}>`);
    return reject({ message: message.join(', ') });
  },
});

/**
 * The hosts of all Ingresses of the cluster but one.
 *
 * @throws HostError
 */
function hostsOfOthers(name: string | undefined, namespace: string | undefined): ReadonlySet<string> {
  const { items } = list({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    // All else of thousands of Ingresses would be read for nothing.
    fieldMasks: ['spec.rules.host'],
  });
  const others = items.filter(({ metadata }) => metadata?.name !== name || metadata?.namespace !== namespace);
  const hosts = others.flatMap(({ metadata, spec }) => {
    const own = hostsOf(spec);
    if (own !== undefined) return own;
    throw new HostError(
      `the rules of ${metadata?.namespace}/${metadata?.name} are no list of rules`,
      operation,
    );
  });
  return new Set(hosts);
}

/**
 * The hosts of an Ingress; a rule without host is about all that have no rule of their own, and is not unique.
 *
 * @param spec - nobody has checked it, whatever the types say
 * @returns undefined if it has no such shape
 */
function hostsOf(spec: unknown): string[] | undefined {
  if (spec !== undefined && spec !== null && (typeof spec !== 'object' || Array.isArray(spec)))
    return undefined;
  const { rules } = Object(spec ?? {}) as { rules?: unknown };
  if (rules === undefined || rules === null) return [];
  if (!Array.isArray(rules)) return undefined;
  const hosts = rules.map((rule: unknown) => (Object(rule) as { host?: unknown }).host ?? '');
  return hosts.every((host) => typeof host === 'string') ? hosts.filter((host) => host !== '') : undefined;
}
