import { RegistryError } from '../errors.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { readBytes } from '../transport/read-body.ts';
import { redact } from '../transport/redact.ts';
import type { Answer } from '../transport/transport.ts';
import { nextPage } from './link-header.ts';
import type { Session } from './session.ts';

const maximumPages = 100;
const maximumPageBytes = 4 * 1024 * 1024;
/** On all pages together: what they hold is kept in memory. */
const maximumEntries = 100_000;

/**
 * Reads a list that a registry may spread over pages.
 *
 * @param decode - judges the status of each answer, and reads its entries
 */
export async function readPages<T>(
  session: Session,
  image: ImageReference,
  firstPage: string,
  accept: string,
  decode: (answer: Answer, readBody: () => Promise<Uint8Array>) => Promise<readonly T[]>,
  signal: AbortSignal,
): Promise<T[]> {
  const entries: T[] = [];
  const seen = new Set<string>();
  let target: string | URL = firstPage;
  for (;;) {
    const next: URL | undefined = await session.request(
      image,
      { method: 'GET', target, actions: 'pull', headers: { accept }, signal },
      async (answer) => {
        const tooLarge = (): RegistryError =>
          new RegistryError(`a page of ${redact(answer.url)} is larger than ${maximumPageBytes} bytes`);
        const page = await decode(answer, () => readBytes(answer, maximumPageBytes, tooLarge));
        if (entries.length + page.length > maximumEntries) {
          answer.discard();
          throw new RegistryError(
            `the list at ${redact(answer.url)} has more than ${maximumEntries} entries`,
          );
        }
        for (const entry of page) entries.push(entry);
        const link = nextPage(answer.headers('link'));
        return link === undefined ? undefined : session.resolve(image, link, answer);
      },
    );
    if (next === undefined) return entries;
    if (seen.has(next.href) || seen.size === maximumPages) {
      throw new RegistryError(`the list at ${redact(next)} does not end within ${maximumPages} pages`);
    }
    seen.add(next.href);
    target = next;
  }
}
