import type { Invocation } from '../../command-line/model.ts';
import { CliError } from '../../terminal/cli-error.ts';

/** Creates a policy from a template, as `npm create kubewarden-policy` does, and asks nothing. */
export async function run({ options, positionals, terminal }: Invocation): Promise<void> {
  const { createPolicy, CreatePolicyError, describeNextSteps } = await import('create-kubewarden-policy');
  try {
    const created = await createPolicy(
      {
        name: positionals[0]!,
        language: options.required('language'),
        description: options.value('description'),
        author: options.value('author'),
        owner: options.value('owner'),
      },
      options.value('directory'),
    );
    terminal.stdout(describeNextSteps(created, process.cwd()));
  } catch (error) {
    if (error instanceof CreatePolicyError) throw new CliError(error.message);
    throw error;
  }
}
