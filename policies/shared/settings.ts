import {
  array,
  boolean,
  custom,
  integer,
  number,
  object,
  optional,
  pipe,
  string,
  type ObjectEntries,
} from 'valibot';

/** A boolean that is off where nothing is said. */
export const flag = optional(boolean('must be a boolean'), false);

/** A list of strings that is empty where nothing is said. */
export const strings = optional(array(string('must be a string'), 'must be a list'), []);

/** A whole number. */
export const wholeNumber = pipe(number('must be an integer'), integer('must be an integer'));

/** An object with these members; others are left out. Valibot's own takes lists as well, and would see nothing in them. */
export function members<const Entries extends ObjectEntries>(entries: Entries) {
  return pipe(
    custom<unknown>((value) => !Array.isArray(value), 'must be an object'),
    object(entries, ({ expected }) => (expected === 'Object' ? 'must be an object' : 'is missing')),
  );
}
