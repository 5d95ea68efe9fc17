import {
  formatImageReference,
  inLibrary,
  normalizeRegistry,
  parseImageReference,
  type ImageReference,
} from '../shared/image-reference.ts';
import { isWildcard, matchesWildcard } from '../shared/wildcard.ts';

/** Whether an entry of the settings means the registry of an image. */
export function meansRegistry(entry: string, { registry }: ImageReference): boolean {
  const normalized = normalizeRegistry(entry);
  return isWildcard(entry) ? matchesWildcard(normalized, registry) : registry === normalized;
}

/** Whether an entry of the settings means a tag. */
export function meansTag(entry: string, tag: string): boolean {
  return isWildcard(entry) ? matchesWildcard(entry, tag) : tag === entry;
}

/**
 * Whether an entry of the settings means an image.
 *
 * @param otherRegistries - whether an entry without registry means more than Docker Hub: one that rejects images does,
 * one that trusts them must not
 */
export function meansImage(entry: string, image: ImageReference, otherRegistries: boolean): boolean {
  const isOnDockerHub = image.registry === 'docker.io';
  const names = [`${image.registry}/${image.repository}`];
  if (isOnDockerHub || otherRegistries) names.push(image.repository);
  if (isWildcard(entry)) {
    const pattern = entry.replace(/:443(?=\/)/, '');
    if (matchesWildcard(pattern, formatImageReference(image))) return true;
    return !/[:@]/.test(entry) && names.some((name) => matchesWildcard(pattern, name));
  }
  const reference = parseImageReference(entry);
  if (reference === undefined) return false;
  if (reference.isSpecific) return formatImageReference(reference) === formatImageReference(image);
  if (reference.repository === image.repository && reference.registry === image.registry) return true;
  return (
    otherRegistries &&
    reference.registry === 'docker.io' &&
    reference.repository === inLibrary(image.repository)
  );
}
