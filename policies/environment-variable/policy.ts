import {
  accept,
  allContainers,
  definePolicy,
  extractPodSpec,
  reject,
  RequestError,
  type Container,
  type EphemeralContainer,
} from '@kubewarden/policy-sdk';
import { array, check, object, picklist, pipe, rawCheck, string } from 'valibot';
import { criteria, findProblem } from './criteria.ts';

/** What a C program can name; some versions of Kubernetes allow more. */
const variableName = /^[A-Za-z_][A-Za-z_0-9]*$/;

export default definePolicy({
  settings: pipe(
    object({
      criteria: picklist(criteria, `must be one of ${criteria.join(', ')}`),
      values: array(string('must be a string'), 'must be a list of environment variable names'),
    }),
    check(({ values }) => values.length > 0, 'Empty environment variable list is not allowed'),
    rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const invalid = dataset.value.values.filter((value) => !variableName.test(value));
      if (invalid.length > 0) {
        addIssue({ message: `Invalid environment variable names: ${invalid.join(', ')}` });
      }
    }),
  ),
  validate(request, { criteria, values }) {
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined) return accept();
    const problems = allContainers(podSpec).flatMap((container) => {
      const problem = findProblem(criteria, values, variableNames(container));
      return problem === undefined ? [] : [`${container.name}: ${problem}`];
    });
    return problems.length === 0 ? accept() : reject({ message: problems.join(', ') });
  },
});

/** @throws RequestError if the container's variables are no list of what has names */
function variableNames({ name, env }: Container | EphemeralContainer): string[] {
  // Nobody has checked it, whatever the types say.
  const variables: unknown = env ?? [];
  const names = Array.isArray(variables)
    ? variables.map((variable: unknown) => (Object(variable) as { name?: unknown }).name)
    : [undefined];
  if (!names.every((name) => typeof name === 'string')) {
    throw new RequestError(`env of container ${name} must be a list of variables with names`);
  }
  return names;
}
