import { formatImageReference, parsePolicyLocation } from '@kubewarden/registry';
import type { Invocation } from '../../command-line/model.ts';
import { verifyPolicies } from '../../distribution/obtain.ts';
import { withSession } from '../../distribution/session.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { formatJson } from '../../terminal/json.ts';
import { readRequestedVerification } from '../../verification/requested.ts';

/** Verifies the signatures of a policy in a registry, and pulls nothing (kwctl.md 6.14). */
export async function run(invocation: Invocation): Promise<void> {
  const { options, positionals, terminal, log } = invocation;
  const location = parsePolicyLocation(positionals[0]!);
  await withSession(
    invocation,
    async (session) => {
      const requested = await readRequestedVerification(options, terminal.environment, log);
      if (requested === undefined) throw new CliError('could not retrieve sigstore options');
      // Where verifying is all that was asked for, nothing passes with a warning.
      const verified = await verifyPolicies(
        [location],
        { ...requested, explicit: true },
        session,
        invocation,
      );
      if (options.value('output') !== 'json') return;
      const { image, digest, signedBy, evidence } = verified.get(location.uri)!;
      terminal.stdout(
        formatJson({
          uri: location.uri,
          digest,
          immutable_ref: formatImageReference(image),
          signed_by: signedBy,
          evidence,
        }),
      );
    },
    { keepsSignatures: false },
  );
}
