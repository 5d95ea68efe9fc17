import { isRegoModule } from '@kubewarden/policy';
import { formatImageReference } from '@kubewarden/registry';
import type { Invocation } from '../../command-line/model.ts';
import { withSession } from '../../distribution/session.ts';
import { transferText } from '../../distribution/transfer-text.ts';
import { parseRegistryImage } from '../../distribution/registry-image.ts';
import { readLocalPolicy, type LoadedPolicy } from '../../policy/load.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { quoted } from '../../terminal/log.ts';

/** Pushes a policy of this machine to a registry (kwctl.md 6.10). */
export async function run(invocation: Invocation): Promise<void> {
  const { options, positionals, terminal, log, status } = invocation;
  const image = parseRegistryImage(positionals[1]!);
  const policy = await readLocalPolicy(positionals[0]!, terminal.environment);
  checkAnnotated(policy, options.has('force'), terminal.stderr);
  await withSession(invocation, async (session) => {
    const { policyAnnotations, pushPolicy } = await import('@kubewarden/registry');
    const { annotations, warnings } = policyAnnotations(policy.metadata);
    for (const { annotation, message } of warnings) {
      log('warn', 'kwctl::push', message, { annotation: quoted(annotation) });
    }
    const pushing = `Pushing policy to ${formatImageReference(image)}`;
    const source = { bytes: policy.bytes };
    const { immutableReference } = await pushPolicy(await session.client(), image, source, {
      ...(annotations === undefined ? {} : { annotations }),
      onProgress: (progress) => status.show(pushing, transferText(progress)),
    }).finally(status.clear);
    terminal.stdout(
      options.value('output') === 'json'
        ? JSON.stringify({ immutable_ref: immutableReference })
        : `Policy successfully pushed: ${immutableReference}\n`,
    );
  });
}

function checkAnnotated(
  { bytes, metadata }: LoadedPolicy,
  force: boolean,
  warn: (text: string) => void,
): void {
  if (metadata !== undefined) return;
  if (!force) {
    throw new CliError(
      'Cannot push a policy that is not annotated. Use `annotate` command or `push --force`',
    );
  }
  if (isRegoModule(bytes)) throw new CliError('Rego policies cannot be pushed without metadata');
  warn('Warning: pushing a non-annotated policy!\n');
}
