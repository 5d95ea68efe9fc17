import {
  accept,
  acceptSettings,
  reject,
  rejectSettings,
  RequestError,
  type AdmissionRequest,
  type SettingsValidationResponse,
  type ValidationResponse,
} from '@kubewarden/policy-sdk';
import { RE2JS } from 're2js';
import { array, nullish, string } from 'valibot';
import { textMap } from './maps.ts';

/** The parts of an object's metadata that map names to values. */
export type MetadataField = 'labels' | 'annotations';

/** What labels or annotations must be like. */
export interface MetadataRules {
  /** Names that must not be used. */
  readonly denied: readonly string[];
  /** Names that must be used. */
  readonly mandatory: readonly string[];
  /** For names: what their values must match, in RE2 syntax. A name that is not used matches. */
  readonly constrained: Readonly<Record<string, string>>;
}

/** Schema of a list of names. */
export const nameList = nullish(array(string('must be a string'), 'must be a list of strings'), []);

/** Schema of constraints, by name. */
export const constraintMap = nullish(
  textMap('must map names to regular expressions', 'must be a regular expression'),
  {},
);

/** Finds rules that cannot be met, and constraints that are no regular expressions. */
export function checkRules(
  field: MetadataField,
  { denied, mandatory, constrained }: MetadataRules,
): SettingsValidationResponse {
  for (const [name, expression] of Object.entries(constrained)) {
    try {
      RE2JS.compile(expression);
    } catch (error) {
      return rejectSettings(`${(error as Error).message}, in the constraint of ${name}`);
    }
  }
  const conflicts = [
    { with: 'constrained', names: Object.keys(constrained).toSorted() },
    { with: 'mandatory', names: [...new Set(mandatory)] },
  ].map((rule) => ({ ...rule, names: rule.names.filter((name) => denied.includes(name)) }));
  const problems = conflicts
    .filter(({ names }) => names.length > 0)
    .map(
      (rule) => `These ${field} cannot be ${rule.with} and denied at the same time: ${rule.names.join(',')}`,
    );
  return problems.length === 0 ? acceptSettings() : rejectSettings(problems.join('; '));
}

/**
 * Judges the object of a request. A deletion has no object and breaks no rule.
 *
 * @param refused - what is said of denied names: that they are …
 * @throws RequestError if the labels or annotations are no map of strings
 * @throws RE2JSException if a constraint is no regular expression
 */
export function judgeMetadata(
  field: MetadataField,
  refused: string,
  { operation, object }: AdmissionRequest,
  { denied, mandatory, constrained }: MetadataRules,
): ValidationResponse {
  if (operation === 'DELETE') return accept();
  const metadata: unknown = object?.metadata;
  const isWhatKubernetesSends = typeof (metadata ?? {}) === 'object' && !Array.isArray(metadata);
  if ((object === undefined && operation !== 'CONNECT') || !isWhatKubernetesSends) {
    throw new RequestError('request.object must be there, and its metadata be an object');
  }
  const map = readMap(field, object?.metadata?.[field]);
  const names = Object.keys(map);
  const allowed = names.filter((name) => !denied.includes(name));
  const problems = [
    { text: `The following ${field} are ${refused}`, names: names.filter((name) => denied.includes(name)) },
    {
      text: `The following ${field} are violating user constraints`,
      names: allowed.filter((name) => !isMatch(constrained, name, map[name]!)),
    },
    {
      text: `The following mandatory ${field} are missing`,
      names: [...new Set(mandatory)].filter((name) => !Object.hasOwn(map, name)),
    },
  ].filter((problem) => problem.names.length > 0);
  if (problems.length === 0) return accept();
  return reject({ message: problems.map(({ text, names }) => `${text}: ${names.join(',')}`).join('. ') });
}

function isMatch(constrained: MetadataRules['constrained'], name: string, value: string): boolean {
  const expression = Object.hasOwn(constrained, name) ? constrained[name] : undefined;
  return expression === undefined || RE2JS.compile(expression).test(value);
}

/** @param map - nobody has checked it, whatever the types say */
function readMap(field: MetadataField, map: unknown): Readonly<Record<string, string>> {
  if (map === undefined || map === null) return {};
  const isMap = typeof map === 'object' && !Array.isArray(map);
  if (!isMap || !Object.values(map).every((value) => typeof value === 'string')) {
    throw new RequestError(`request.object.metadata.${field} must be a map of strings`);
  }
  return map as Record<string, string>;
}
