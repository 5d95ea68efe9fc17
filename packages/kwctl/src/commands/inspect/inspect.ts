import { orderMetadata } from '@kubewarden/policy';
import { formatImageReference, parsePolicyLocation } from '@kubewarden/registry';
import type { Invocation } from '../../command-line/model.ts';
import {
  listAttachments,
  listSignatures,
  pinImage,
  type ImageByDigest,
} from '../../distribution/artifacts.ts';
import { parseRegistryImage } from '../../distribution/registry-image.ts';
import { withSession, type Session } from '../../distribution/session.ts';
import { notAnnotated, readLocalPolicy, type PolicyDescription } from '../../policy/load.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { formatJson } from '../../terminal/json.ts';
import type { Logger } from '../../terminal/log.ts';
import { printable } from '../../terminal/printable.ts';
import { createStyler, type Styler } from '../../terminal/style.ts';
import { formatYaml } from '../../terminal/yaml.ts';
import { formatArtifacts, formatSignatures } from './artifacts-text.ts';
import { formatMetadata } from './metadata-text.ts';

/** Prints what a policy says of itself, and what its registry holds beside it (kwctl.md 6.7). Never pulls. */
export async function run(invocation: Invocation): Promise<void> {
  const { options, positionals, terminal, log } = invocation;
  const format = options.value('output') as 'yaml' | 'json' | undefined;
  await withSession(invocation, async (session) => {
    const policy = options.has('remote')
      ? await readRemote(positionals[0]!, session, log)
      : await readLocalPolicy(positionals[0]!, terminal.environment);
    if (policy.metadata === undefined) throw notAnnotated(policy.uri);
    const style = createStyler(terminal.stdoutIsTerminal);
    if (format === undefined) terminal.stdout(formatMetadata(policy.metadata, style));

    const document: Record<string, unknown> = { ...orderMetadata(policy.metadata) };
    for (const listing of [signatures, attachments]) {
      if (!options.has(listing.flag)) continue;
      const { keys, text, problem } = await listing
        .read(policy.uri, session, style)
        .catch((error: unknown) => ({
          keys: {},
          text: undefined,
          problem: `${listing.failure}: ${printable((error as Error).message)} `,
        }));
      Object.assign(document, keys);
      // A document on standard output must stay one that parses.
      if (problem !== undefined) (format === undefined ? terminal.stdout : terminal.stderr)(`\n${problem}\n`);
      else if (format === undefined && text !== undefined) terminal.stdout(text);
    }
    if (format === 'yaml') terminal.stdout(formatYaml(document));
    if (format === 'json') terminal.stdout(formatJson(document));
  });
}

/**
 * Reads the metadata of a policy in its registry: no more of the module than it takes.
 *
 * @throws CliError if the registry serves modules only as a whole
 */
async function readRemote(text: string, session: Session, log: Logger): Promise<PolicyDescription> {
  const image = parseRegistryImage(text);
  const uri = `registry://${formatImageReference(image)}`;
  const { readRemotePolicy } = await import('@kubewarden/registry');
  const { metadata } = await readRemotePolicy(await session.client(), image);
  switch (metadata.kind) {
    case 'absent':
      return { uri, metadata: undefined };
    case 'unknown':
      throw new CliError(
        `the metadata of ${uri} cannot be read without pulling it: ${metadata.reason}\n` +
          'Use `kwctl pull` first, then inspect without --remote.',
      );
    case 'unverified':
      log('info', 'kwctl::inspect', 'read from a part of the module, for which no digest vouches');
      return { uri, metadata: metadata.value };
  }
}

/** What a listing found: keys of the document, or text for people; or why there is nothing to show. */
interface Found {
  readonly keys: Readonly<Record<string, unknown>>;
  readonly text?: string | undefined;
  readonly problem?: string | undefined;
}

interface Listing {
  readonly flag: string;
  /** Said before the reason why it could not be read. */
  readonly failure: string;
  read(uri: string, session: Session, style: Styler): Promise<Found>;
}

const signatures: Listing = {
  flag: 'show-signatures',
  failure:
    'Cannot determine if the policy has been signed. There was an error while attempting to fetch its signatures ' +
    'from the remote registry',
  read: async (uri, session, style) => {
    const image = await pinned(uri, session);
    const found = await listSignatures(await session.client(), image);
    const empty = found.signatures === null && found.bundles.length === 0;
    return {
      keys: { signatures: found.signatures, bundles: found.bundles },
      ...(empty ? { problem: 'No sigstore signatures found' } : { text: formatSignatures(found, style) }),
    };
  },
};

const attachments: Listing = {
  flag: 'show-attachments',
  failure:
    'Cannot determine what is attached to the policy. There was an error while attempting to ask the remote registry',
  read: async (uri, session, style) => {
    const image = await pinned(uri, session);
    const found = await listAttachments(await session.client(), image);
    return {
      keys: { attachments: found },
      ...(found.length === 0
        ? { problem: 'No attachments found' }
        : { text: formatArtifacts('Attachments', found, style) }),
    };
  },
};

/** The image as its registry knows it now. */
async function pinned(uri: string, session: Session): Promise<ImageByDigest> {
  const location = parsePolicyLocation(uri);
  if (location.scheme !== 'registry') throw new Error('invalid uri');
  return pinImage(await session.client(), location.image);
}
