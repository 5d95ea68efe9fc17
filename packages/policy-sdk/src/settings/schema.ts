import type { StandardSchemaV1 } from '@standard-schema/spec';
import { chain, type Awaitable } from '../awaitable.ts';

/** Settings after a schema has looked at them: what it made of them, or what is wrong. */
export type CheckedSettings<T> = { readonly value: T } | { readonly problem: string };

/** Validates settings with a schema of any library that follows https://standardschema.dev. */
export function checkSettings<T>(
  schema: StandardSchemaV1<unknown, T>,
  settings: unknown,
): Awaitable<CheckedSettings<T>> {
  return chain(schema['~standard'].validate(settings), (result): CheckedSettings<T> =>
    result.issues === undefined
      ? { value: result.value }
      : { problem: result.issues.map(describeIssue).join('; ') },
  );
}

/** `ranges[0].min: must be a number` */
function describeIssue({ message, path }: StandardSchemaV1.Issue): string {
  let place = '';
  for (const segment of path ?? []) {
    const key = typeof segment === 'object' ? segment.key : segment;
    if (typeof key === 'number') place += `[${key}]`;
    else place += place === '' ? String(key) : `.${String(key)}`;
  }
  return place === '' ? message : `${place}: ${message}`;
}
