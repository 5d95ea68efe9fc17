import type { Invocation } from '../../command-line/model.ts';
import { openRun } from '../../run/open-run.ts';
import { createPrinter, type OutputFormat } from '../../run/output.ts';

const rejectedExitCode = 1;

/** Evaluates policies against a request (kwctl.md 7); a rejection is no failure unless the user says so. */
export async function run(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation;
  const print = createPrinter((options.value('output') as OutputFormat | undefined) ?? 'json', terminal);
  const opened = await openRun(invocation);
  let rejected = false;
  try {
    for (const step of opened.steps) {
      const { evaluation, session } = await step.prepare();
      await evaluation.validateSettings();
      const response = await evaluation.validate();
      session.end();
      print(evaluation.id, response);
      rejected ||= !response.allowed;
    }
  } finally {
    await opened.close();
  }
  return rejected && options.has('fail-on-rejection') ? rejectedExitCode : 0;
}
