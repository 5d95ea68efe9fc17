import { formatImageReference } from '@kubewarden/registry';
import type { SignedImage, WrittenSignature } from '@kubewarden/signatures';
import { readKeyValues } from '../../command-line/key-values.ts';
import type { Invocation } from '../../command-line/model.ts';
import { parseRegistryImage } from '../../distribution/registry-image.ts';
import { withSession } from '../../distribution/session.ts';
import { formatJson } from '../../terminal/json.ts';
import { readSigner } from './signer.ts';

/** Signs a policy in its registry, for verifiers of today and for older ones. */
export async function run(invocation: Invocation): Promise<void> {
  const { options, positionals, terminal, status } = invocation;
  const image = parseRegistryImage(positionals[0]!);
  const annotations = readKeyValues(options.values('annotation') ?? []);
  await withSession(invocation, async (session) => {
    const signer = await readSigner(invocation, session.proxies);
    const { signImage } = await import('@kubewarden/signatures');
    const client = await session.client();
    status.show(`Signing ${formatImageReference(image)}`);
    const signed = await signImage(client, image, signer, { annotations }).finally(status.clear);
    terminal.stdout(options.value('output') === 'json' ? formatJson(signedJson(signed)) : signedText(signed));
  });
}

function signedText({ image, signer, simpleSigning, bundle }: SignedImage): string {
  const isNew = [simpleSigning, bundle].some(({ outcome }) => outcome === 'written');
  const done = isNew ? 'successfully signed' : 'already signed';
  return `Policy ${done} by ${signer}: ${formatImageReference(image)}\n`;
}

function signedJson({ image, signer, simpleSigning, bundle }: SignedImage): object {
  return {
    immutable_ref: formatImageReference(image),
    digest: image.digest,
    signer,
    simple_signing: signatureJson(simpleSigning),
    bundle: signatureJson(bundle),
  };
}

function signatureJson({ reference, digest, outcome, logIndex }: WrittenSignature): object {
  return { ref: reference, digest, outcome, log_index: logIndex ?? null };
}
