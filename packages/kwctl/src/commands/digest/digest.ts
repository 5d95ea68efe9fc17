import { formatImageReference, imageByDigest } from '@kubewarden/registry';
import type { Invocation } from '../../command-line/model.ts';
import { parseRegistryImage } from '../../distribution/registry-image.ts';
import { asking } from '../../distribution/registry-failure.ts';
import { withSession } from '../../distribution/session.ts';
import { formatJson } from '../../terminal/json.ts';

/** Prints the digest of a manifest: of the index, where the reference stands for one (kwctl.md 6.4). */
export async function run(invocation: Invocation): Promise<void> {
  const { options, positionals, terminal } = invocation;
  const uri = positionals[0]!;
  const image = parseRegistryImage(uri);
  const digest = await withSession(invocation, async (session) => {
    const client = await session.client();
    return asking(() => client.resolveDigest(image));
  });
  terminal.stdout(
    options.value('output') === 'json'
      ? formatJson({ uri, digest, immutable_ref: formatImageReference(imageByDigest(image, digest)) })
      : `${uri}@${digest}\n`,
  );
}
