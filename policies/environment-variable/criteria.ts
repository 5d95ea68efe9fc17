/** What may be demanded of the names of the variables that a container has. */
export const criteria = [
  'containsAnyOf',
  'doesNotContainAnyOf',
  'containsAllOf',
  'doesNotContainAllOf',
  'containsOtherThan',
  'doesNotContainOtherThan',
] as const;

export type Criteria = (typeof criteria)[number];

/**
 * Tells what is wrong with the names of a container's variables.
 *
 * @param values - the names that the criteria speak of
 * @param names - those that the container has
 * @returns undefined if the criteria are met
 */
export function findProblem(
  criteria: Criteria,
  values: readonly string[],
  names: readonly string[],
): string | undefined {
  const present = values.filter((value) => names.includes(value));
  const missing = values.filter((value) => !names.includes(value));
  const others = names.filter((name) => !values.includes(name));
  switch (criteria) {
    case 'containsAnyOf':
      return present.length > 0
        ? undefined
        : 'Resource must have at least one of the required environment variables specified by the validation rule. ' +
            `None of the expected environment variables were found: ${list(values)}`;
    case 'doesNotContainAnyOf':
      return present.length === 0
        ? undefined
        : 'Resource must not have any of the environment variables specified in the validation rule. ' +
            `The following invalid environment variables were found: ${list(present)}`;
    case 'containsAllOf':
      return missing.length === 0
        ? undefined
        : 'Resource is missing required environment variables as specified in the validation rules. ' +
            `The following environment variables are missing: ${list(missing)}`;
    case 'doesNotContainAllOf':
      return missing.length > 0
        ? undefined
        : 'Resource has conflicting environment variables set according to the validation rules. ' +
            `The following environment variables should not be set together: ${list(values)}`;
    case 'containsOtherThan':
      return others.length > 0
        ? undefined
        : 'Resource must have at least one environment variable other than those specified in the validation rule: ' +
            list(values);
    case 'doesNotContainOtherThan':
      return others.length === 0
        ? undefined
        : 'Resource must have only environment variables from the validation rule. ' +
            `The following environment variables were found that should not be present: ${list(others)}`;
  }
}

function list(names: readonly string[]): string {
  return [...new Set(names)].join(', ');
}
