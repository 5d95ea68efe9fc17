import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPolicy, languages } from 'create-kubewarden-policy';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { uses?: string; run?: string }[] }>>;
}

const work = mkdtempSync(join(tmpdir(), 'workflows-'));

/** All that a workflow runs. */
const linesOf = ({ jobs }: Workflow): string =>
  Object.values(jobs)
    .flatMap(({ steps }) => steps.map(({ run = '' }) => run))
    .join('\n');

afterAll(() => rmSync(work, { recursive: true }));

describe.each(languages)('the workflows of a policy in $title', ({ name, commands }) => {
  const folder = join(work, name);
  const read = async (file: string): Promise<Workflow> => {
    if (globSync(`${name}/*`, { cwd: work }).length === 0)
      await createPolicy({ name: 'demo', language: name }, folder);
    return parse(readFileSync(join(folder, '.github/workflows', file), 'utf8')) as Workflow;
  };

  test('test and build, and may only read', async () => {
    const workflow = await read('test.yml');
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(linesOf(workflow)).toContain(commands.test);
  });

  test('push what was tested, and sign what was pushed', async () => {
    const workflow = await read('release.yml');
    expect(workflow.permissions).toEqual({ contents: 'write', packages: 'write', 'id-token': 'write' });
    const lines = linesOf(workflow);
    const order = [
      commands.test,
      'kwctl push --output json',
      'kwctl sign "$REFERENCE"',
      'kwctl scaffold artifacthub',
    ];
    const places = order.map((line) => lines.indexOf(line));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    // What others choose, such as the name of a branch, must not become part of a script.
    expect(lines).not.toContain('${{');
  });
});
