import { array, nullish, number, pipe, rawTransform, string, union, type InferOutput } from 'valibot';
import { flag, members } from '../shared/settings.ts';
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QuantityError,
  type Quantity,
} from './quantity.ts';

/** A quantity, as text or as a number; zero is the same as none. */
const quantity = nullish(
  pipe(
    union([string(), number()], 'must be a quantity'),
    rawTransform(({ dataset, addIssue, NEVER }): Quantity | undefined => {
      try {
        const parsed = parseQuantity(String(dataset.value).trim());
        return parsed.billionths === 0n ? undefined : parsed;
      } catch (error) {
        if (!(error instanceof QuantityError)) throw error;
        addIssue({ message: error.message });
        return NEVER;
      }
    }),
  ),
);

const resource = members({
  minLimit: quantity,
  maxLimit: quantity,
  minRequest: quantity,
  maxRequest: quantity,
  defaultRequest: quantity,
  defaultLimit: quantity,
  ignoreValues: flag,
});

export const settingsSchema = members({
  cpu: nullish(resource),
  memory: nullish(resource),
  ignoreImages: nullish(array(string('must be a string'), 'must be a list')),
});

export type Settings = InferOutput<typeof settingsSchema>;
export type ResourceSettings = InferOutput<typeof resource>;

/** The quantities from the smallest to the largest, with what messages call them. */
const order = [
  ['minRequest', 'min request'],
  ['defaultRequest', 'default request'],
  ['maxRequest', 'max request'],
  ['minLimit', 'min limit'],
  ['defaultLimit', 'default limit'],
  ['maxLimit', 'max limit'],
] as const;

/** Whether a resource must be there, whatever its values: said so, or implied by saying nothing. */
export function wantsPresenceOnly(resource: ResourceSettings | null | undefined): boolean {
  return resource ? resource.ignoreValues || hasNoValues(resource) : false;
}

/** What is wrong with settings that fit the schema. */
export function problemOfSettings({ cpu, memory }: Settings): string | undefined {
  if (!cpu && !memory) {
    return 'no settings provided. At least one resource limit or request must be verified';
  }
  const problems = [
    { resource: 'cpu', problem: cpu ? problemOf(cpu) : undefined },
    { resource: 'memory', problem: memory ? problemOf(memory) : undefined },
  ].filter(({ problem }) => problem !== undefined);
  // One without values is fine: the other one is all that is looked at, and of this one whether it is there.
  if (problems.length === 1 && problems[0]?.problem === noValues) return undefined;
  if (problems.length === 0) return undefined;
  return problems.map(({ resource, problem }) => `invalid ${resource} settings\n${problem}`).join('\n');
}

const noValues = 'all the quantities must be defined';

function problemOf(resource: ResourceSettings): string | undefined {
  if (hasNoValues(resource) && !resource.ignoreValues) return noValues;
  for (const [upper, upperName] of order.toReversed()) {
    const highest = resource[upper];
    for (const [lower, lowerName] of order
      .slice(
        0,
        order.findIndex(([name]) => name === upper),
      )
      .toReversed()) {
      const lowest = resource[lower];
      if (lowest && highest && compareQuantities(lowest, highest) > 0) {
        const low = formatQuantity(lowest);
        return `${lowerName}: ${low} cannot be greater than ${upperName}: ${formatQuantity(highest)}`;
      }
    }
  }
  return undefined;
}

function hasNoValues(resource: ResourceSettings): boolean {
  return order.every(([name]) => !resource[name]);
}
