import { copyFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type FetchDestination,
  type FetchedPolicy,
  type FileLocation,
  parsePolicyLocation,
} from '@kubewarden/registry';
import type { VerifiedImage } from '@kubewarden/signatures';
import type { Invocation } from '../../command-line/model.ts';
import { obtainPolicy, reportChecked, verifyPolicies } from '../../distribution/obtain.ts';
import { withSession } from '../../distribution/session.ts';
import { CliError, fileProblem } from '../../terminal/cli-error.ts';
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
      const { uri, path, origin } =
        policy.scheme === 'file' && output !== undefined
          ? await copyPolicy(policy, output)
          : await obtainPolicy(policy, destination, image, session, invocation);
      if (image !== undefined) reportChecked(invocation);
      pulled.push({ uri, path, origin, verified: image === undefined ? null : verifiedJson(image) });
    }
    if (options.value('format') === 'json') terminal.stdout(formatJson(pulled));
  });
}

/** The original says that all is well, and copies nothing. */
async function copyPolicy({ uri, path }: FileLocation, output: string): Promise<FetchedPolicy> {
  const target = (await isFolder(output)) ? join(output, basename(path)) : output;
  try {
    await copyFile(path, target);
  } catch (cause) {
    throw new CliError(`cannot copy ${uri} to ${target}: ${fileProblem(cause)}`);
  }
  return { uri, path: target, origin: 'downloaded' };
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
