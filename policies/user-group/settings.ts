import { array, optional, picklist, type InferOutput } from 'valibot';
import { flag, members, wholeNumber } from '../shared/settings.ts';

const range = members({ min: optional(wholeNumber, 0), max: optional(wholeNumber, 0) });

const rules = ['MustRunAs', 'MayRunAs', 'RunAsAny', 'MustRunAsNonRoot'] as const;

const strategy = members({
  rule: optional(picklist(rules, `must be one of ${rules.join(', ')}`), 'RunAsAny'),
  ranges: optional(array(range, 'must be a list'), []),
  overwrite: flag,
});

export const settingsSchema = members({
  run_as_user: optional(strategy, {}),
  run_as_group: optional(strategy, {}),
  supplemental_groups: optional(strategy, {}),
  validate_container_image_configuration: flag,
  validate_only: flag,
});

export type Settings = InferOutput<typeof settingsSchema>;
export type Strategy = InferOutput<typeof strategy>;

/** Whether an ID is in one of the ranges of a strategy. */
export function isWithin(id: number, { ranges }: Strategy): boolean {
  return ranges.some(({ min, max }) => min <= id && id <= max);
}

/** What is wrong with settings that fit the schema. */
export function problemOfSettings(settings: Settings): string | undefined {
  const { run_as_user: user, run_as_group: group, supplemental_groups: supplemental } = settings;
  const overwrites = [user, group, supplemental].some(({ overwrite }) => overwrite);
  return (
    problemOfUser(user) ??
    problemOfGroup(group, 'Invalid run_as_group settings') ??
    problemOfGroup(supplemental, 'Invalid supplemental_groups settings') ??
    (settings.validate_only && overwrites ? 'validate_only cannot be true when overwrite is true' : undefined)
  );
}

function problemOfUser(user: Strategy): string | undefined {
  const subject = 'Invalid run_as_user settings';
  if (user.rule === 'MayRunAs') return `${subject}: invalid rule.`;
  if (user.rule !== 'MustRunAs') return problemOfOverwrite(user);
  if (user.ranges.length === 0) return `${subject}: Missing user ID range`;
  return problemOfRanges(user, subject);
}

function problemOfGroup(group: Strategy, subject: string): string | undefined {
  if (group.rule === 'MustRunAsNonRoot') return `${subject}: Invalid rule.`;
  const problem = group.rule === 'MustRunAs' ? undefined : problemOfOverwrite(group);
  if (problem !== undefined || group.rule === 'RunAsAny') return problem;
  if (group.ranges.length === 0) return `${subject}: missing ID range`;
  return problemOfRanges(group, subject);
}

function problemOfOverwrite({ rule, overwrite }: Strategy): string | undefined {
  return overwrite ? `Cannot set overwrite field with ${rule}` : undefined;
}

function problemOfRanges({ ranges }: Strategy, subject: string): string | undefined {
  const wrong = ranges.filter(({ min, max }) => min > max).map(({ min, max }) => `${min}-${max}`);
  return wrong.length === 0 ? undefined : `${subject}: Invalid ID range: ${wrong.join(', ')}`;
}
