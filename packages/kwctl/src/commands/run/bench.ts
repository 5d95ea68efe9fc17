import type { Invocation } from '../../command-line/model.ts';
import { InvalidSettingsError } from '../../run/evaluation.ts';
import { openRun, type RunStep } from '../../run/open-run.ts';
import { readBenchOptions } from '../../bench/options.ts';
import { measure } from '../../bench/measure.ts';
import { createReporter } from '../../bench/report.ts';
import { CliError } from '../../terminal/cli-error.ts';

/** Measures how long the policies of a run take (kwctl.md 6.2). */
export async function run(invocation: Invocation): Promise<void> {
  const benchOptions = readBenchOptions(invocation.options);
  const reporter = await createReporter(invocation.terminal, benchOptions);
  const opened = await openRun(invocation);
  try {
    for (const step of opened.steps) {
      const { evaluation, session } = await step.prepare();
      await evaluation.validateSettings().catch((error: unknown) => {
        throw error instanceof InvalidSettingsError ? invalidSettings(step, error) : error;
      });
      const benchmarks = {
        validate_settings: () => evaluation.validateSettings(),
        validate: () => evaluation.validate(),
      };
      for (const [label, work] of Object.entries<() => Promise<unknown>>(benchmarks)) {
        const fromTheStart = (): Promise<unknown> => {
          session.rewind();
          return work();
        };
        await measure(label, fromTheStart, benchOptions, reporter);
      }
    }
  } finally {
    await opened.close();
  }
}

/** The original prints the name twice, and scripts may look for it. */
function invalidSettings({ definition, uri }: RunStep, { detail }: InvalidSettingsError): CliError {
  const name =
    definition.kind === 'group' ? `Policy Group ${definition.id}` : `Policy ${definition.id} (${uri})`;
  return new CliError(`[${name}] - [${name}] - provided settings are not valid: ${detail}`);
}
