import { relative } from 'node:path';
import type { CreatedPolicy } from './create-policy.ts';

/**
 * What was created, and what to type next.
 *
 * @param from - the folder that the user is in
 */
export function describeNextSteps({ name, language, folder, files }: CreatedPolicy, from: string): string {
  const path = relative(from, folder);
  const { install, test, build } = language.commands;
  const steps: [command: string, what: string][] = [];
  if (path !== '') steps.push([`cd ${/\s/.test(path) ? JSON.stringify(path) : path}`, '']);
  if (install !== undefined) steps.push([install, '']);
  steps.push([test, 'run its tests'], [build, 'build the WebAssembly module']);
  const width = Math.max(...steps.map(([command]) => command.length));
  const lines = steps.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`.trimEnd());
  return [
    `Created ${name}, a policy in ${language.title}: ${files.length} files.`,
    `It needs ${language.needs}.`,
    '',
    ...lines,
    '',
    'README.md says how to run, publish and sign it.',
    '',
  ].join('\n');
}
