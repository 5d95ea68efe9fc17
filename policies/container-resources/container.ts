import { RequestError, type Container } from '@kubewarden/policy-sdk';
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QuantityError,
  type Quantity,
} from './quantity.ts';
import { wantsPresenceOnly, type Settings } from './settings.ts';

type Kind = 'limit' | 'request';
type ResourceName = 'cpu' | 'memory';
type Amounts = Readonly<Record<string, unknown>>;

const members = { limit: 'limits', request: 'requests' } as const;
/** In the order in which they are looked at. */
const resourceNames: readonly ResourceName[] = ['memory', 'cpu'];

/** Why a container is rejected. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/**
 * Judges a container, and gives it in place the defaults that it lacks.
 *
 * @returns whether it was given any
 * @throws Violation
 * @throws RequestError if its resources have the wrong shape
 */
export function adjustContainer(container: Container, settings: Settings): boolean {
  checkPresence(container, settings);
  const given = { limit: false, request: false };
  for (const name of resourceNames) {
    const resource = settings[name];
    if (!resource || wantsPresenceOnly(resource)) continue;
    checkRange(container, 'limit', name, resource.minLimit, resource.maxLimit);
    checkRange(container, 'request', name, resource.minRequest, resource.maxRequest);
    given.limit = giveDefault(container, 'limit', name, resource.defaultLimit) || given.limit;
    given.request = giveDefault(container, 'request', name, resource.defaultRequest) || given.request;
  }
  if (!given.limit && !given.request) return false;
  // Kubernetes would refuse such a container, and blame whoever wrote it.
  for (const name of resourceNames) checkLimitAgainstRequest(container, name, given.request);
  return true;
}

function checkPresence(container: Container, { cpu, memory }: Settings): void {
  const wanted = { cpu: wantsPresenceOnly(cpu), memory: wantsPresenceOnly(memory) };
  if (!container.resources && (wanted.cpu || wanted.memory)) {
    throw new Violation(
      'container does not have any resource limits or requests: ' +
        `required Cpu:${wanted.cpu}, Memory:${wanted.memory}`,
    );
  }
  for (const kind of ['limit', 'request'] as const) {
    if (!container.resources?.[members[kind]] && wanted.cpu && wanted.memory) {
      throw new Violation(`container does not have any resource ${members[kind]}`);
    }
    for (const name of ['cpu', 'memory'] as const) {
      if (wanted[name] && amountOf(container, kind, name) === undefined) {
        throw new Violation(`container does not have a ${name} ${kind}`);
      }
    }
  }
}

function checkRange(
  container: Container,
  kind: Kind,
  name: ResourceName,
  least: Quantity | null | undefined,
  most: Quantity | null | undefined,
): void {
  const amount = amountOf(container, kind, name);
  if (amount === undefined || (!least && !most)) return;
  const quantity = quantityOf(amount, kind, name);
  if (most && compareQuantities(quantity, most) > 0) {
    throw new Violation(
      `${name} ${kind} '${formatQuantity(quantity)}' exceeds the max allowed value '${formatQuantity(most)}'`,
    );
  }
  if (least && compareQuantities(quantity, least) < 0) {
    throw new Violation(
      `${name} ${kind} '${formatQuantity(quantity)}' doesn't reach the min allowed value '${formatQuantity(least)}'`,
    );
  }
}

/** @returns whether the default was needed */
function giveDefault(
  container: Container,
  kind: Kind,
  name: ResourceName,
  quantity: Quantity | null | undefined,
): boolean {
  if (!quantity || amountOf(container, kind, name) !== undefined) return false;
  const member = members[kind];
  container.resources = {
    ...container.resources,
    [member]: { ...container.resources?.[member], [name]: formatQuantity(quantity) },
  };
  return true;
}

function checkLimitAgainstRequest(container: Container, name: ResourceName, requestsChanged: boolean): void {
  const limitAmount = amountOf(container, 'limit', name);
  const requestAmount = amountOf(container, 'request', name);
  if (limitAmount === undefined || requestAmount === undefined) return;
  const limit = quantityOf(limitAmount, 'limit', name);
  const request = quantityOf(requestAmount, 'request', name);
  if (compareQuantities(limit, request) >= 0) return;
  throw new Violation(
    `There is an issue after resource ${requestsChanged ? 'requests' : 'limits'} mutation\n` +
      `${name} limit '${formatQuantity(limit)}' is less than the requested '${formatQuantity(request)}' value. ` +
      'Please, change the resource configuration or change the policy settings to accommodate the requested value',
  );
}

/** What a container says of a resource; undefined if it says nothing, or blanks. */
function amountOf({ name, resources }: Container, kind: Kind, resource: ResourceName): string | undefined {
  const amounts: unknown = resources?.[members[kind]] ?? {};
  if (typeof amounts !== 'object') {
    throw new RequestError(`the resource ${members[kind]} of container ${name} must be an object`);
  }
  const amount = (amounts as Amounts)[resource] ?? '';
  if (typeof amount !== 'string' && typeof amount !== 'number') throw invalid(kind, resource);
  const text = String(amount).trim();
  return text === '' ? undefined : text;
}

/** @throws Violation if it is no quantity */
function quantityOf(amount: string, kind: Kind, name: ResourceName): Quantity {
  try {
    return parseQuantity(amount);
  } catch (error) {
    if (error instanceof QuantityError) throw invalid(kind, name, error);
    throw error;
  }
}

function invalid(kind: Kind, name: ResourceName, cause?: Error): Violation {
  return new Violation(`invalid ${name} ${kind}`, { cause });
}
