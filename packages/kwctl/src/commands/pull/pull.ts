import { stat } from 'node:fs/promises';
import { type FetchDestination, parsePolicyLocation } from '@kubewarden/registry';
import type { VerifiedImage } from '@kubewarden/signatures';
import type { Invocation } from '../../command-line/model.ts';
import { obtainPolicy, reportChecked, verifyPolicies } from '../../distribution/obtain.ts';
import { withSession } from '../../distribution/session.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { formatJson } from '../../terminal/json.ts';
import { readRequestedVerification } from '../../verification/requested.ts';

/** Pulls policies into the store, or to a file (kwctl.md 6.11). */
export async function run(invocation: Invocation): Promise<void> {
  const { options, positionals, terminal, log } = invocation;
  const policies = positionals.map((uri) => parsePolicyLocation(uri));
  const output = options.value('output-path');
  if (policies.length > 1 && output !== undefined && !(await isFolder(output))) {
    throw new CliError(`--output-path ${output} is no folder, and several policies do not go into one file`);
  }
  await withSession(invocation, async (session) => {
    const destination: FetchDestination =
      output === undefined ? { kind: 'store', root: session.storeRoot } : { kind: 'local', path: output };
    const requested = await readRequestedVerification(options, terminal.environment, log);
    const verified = await verifyPolicies(policies, requested, session, invocation);
    const pulled: object[] = [];
    for (const policy of policies) {
      const image = verified.get(policy.uri);
      const { uri, path, origin } = await obtainPolicy(policy, destination, image, session, invocation);
      if (image !== undefined) reportChecked(invocation);
      pulled.push({ uri, path, origin, verified: image === undefined ? null : verifiedJson(image) });
    }
    if (options.value('format') === 'json') terminal.stdout(formatJson(pulled));
  });
}

function verifiedJson({ digest, signedBy }: VerifiedImage): object {
  return { digest, signed_by: signedBy };
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
