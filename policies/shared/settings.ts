import { array, boolean, integer, number, optional, pipe, string, type ObjectIssue } from 'valibot';

/** A boolean that is off where nothing is said. */
export const flag = optional(boolean('must be a boolean'), false);

/** A list of strings that is empty where nothing is said. */
export const strings = optional(array(string('must be a string'), 'must be a list'), []);

/** A whole number. */
export const wholeNumber = pipe(number('must be an integer'), integer('must be an integer'));

/** The message of an object's schema: valibot has one for another type and for a member that is missing. */
export function objectMessage({ expected }: ObjectIssue): string {
  return expected === 'Object' ? 'must be an object' : 'is missing';
}
