import { RegistryError } from '../errors.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { redact } from '../transport/redact.ts';
import { registryFailure } from './answer-errors.ts';
import { readPages } from './pages.ts';
import type { Session } from './session.ts';

const tagGrammar = /^\w[\w.-]{0,127}$/;

export function listTags(session: Session, image: ImageReference, signal: AbortSignal): Promise<string[]> {
  return readPages(
    session,
    image,
    'tags/list?n=1000',
    'application/json',
    async (answer, readBody) => {
      if (answer.status !== 200) throw await registryFailure(answer);
      const tags = decodeTags(await readBody());
      if (tags === undefined) throw new RegistryError(`${redact(answer.url)} sent no list of tags`);
      return tags;
    },
    signal,
  );
}

function decodeTags(bytes: Uint8Array): readonly string[] | undefined {
  try {
    const { tags } = JSON.parse(Buffer.from(bytes).toString()) as { tags?: unknown };
    if (tags === null) return [];
    if (!Array.isArray(tags)) return undefined;
    const isTag = (tag: unknown): tag is string => typeof tag === 'string' && tagGrammar.test(tag);
    return tags.every(isTag) ? tags : undefined;
  } catch {
    return undefined;
  }
}
