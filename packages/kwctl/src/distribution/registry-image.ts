import { type ImageReference, parsePolicyLocation } from '@kubewarden/registry/reference';
import { CliError } from '../terminal/cli-error.ts';

/**
 * Reads what must be an image in a registry, with or without `registry://`.
 *
 * @throws CliError for anything else
 */
export function parseRegistryImage(text: string): ImageReference {
  const trimmed = text.trim();
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(trimmed)?.[1];
  if (scheme !== undefined && scheme !== 'registry') {
    throw new CliError(
      `Invalid OCI image reference: invalid reference format: ${text} (${scheme}:// is no registry)`,
    );
  }
  const location = parsePolicyLocation(trimmed);
  if (location.scheme !== 'registry') {
    throw new CliError(`Invalid OCI image reference: invalid reference format: ${text}`);
  }
  return location.image;
}
