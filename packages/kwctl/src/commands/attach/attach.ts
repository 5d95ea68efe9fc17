import { basename } from 'node:path';
import { formatImageReference, imageByDigest } from '@kubewarden/registry';
import { readKeyValues } from '../../command-line/key-values.ts';
import type { Invocation } from '../../command-line/model.ts';
import { parseRegistryImage } from '../../distribution/registry-image.ts';
import { asking } from '../../distribution/registry-failure.ts';
import { withSession } from '../../distribution/session.ts';
import { CliError, fileProblem } from '../../terminal/cli-error.ts';
import { readInputFile } from '../../terminal/input-file.ts';
import { formatJson } from '../../terminal/json.ts';
import { attachmentType } from './attachment-type.ts';

const maximumBytes = 64 * 1024 * 1024;

/** Pushes a file as an artifact that refers to a policy. */
export async function run(invocation: Invocation): Promise<void> {
  const { options, positionals, terminal, status } = invocation;
  const image = parseRegistryImage(positionals[0]!);
  const path = positionals[1]!;
  const content = await readAttachment(path);
  const mediaType = attachmentType(options.required('type'), path, content);
  const annotations = {
    'org.opencontainers.image.title': basename(path),
    'org.opencontainers.image.created': new Date().toISOString(),
    ...readKeyValues(options.values('annotation') ?? []),
  };
  await withSession(invocation, async (session) => {
    const { attachArtifact } = await import('@kubewarden/registry');
    const client = await session.client();
    status.show(`Attaching ${path} to ${formatImageReference(image)}`);
    const layer = { mediaType, bytes: content };
    const found = await asking(() => client.fetchManifest(image));
    const subject = formatImageReference(imageByDigest(image, found.digest));
    const descriptor = { mediaType: found.mediaType, digest: found.digest, size: found.bytes.byteLength };
    const artifact = { artifactType: mediaType, layer, annotations };
    const { digest } = await asking(() => attachArtifact(client, { image, descriptor }, artifact));
    status.clear();
    const attached = formatImageReference(imageByDigest(image, digest));
    terminal.stdout(
      options.value('output') === 'json'
        ? formatJson({ immutable_ref: attached, digest, media_type: mediaType, subject })
        : `${mediaType} successfully attached: ${attached}\n`,
    );
  });
}

async function readAttachment(path: string): Promise<Uint8Array> {
  try {
    return await readInputFile(path, maximumBytes);
  } catch (cause) {
    throw new CliError(`cannot read file ${path}: ${fileProblem(cause)}`);
  }
}
