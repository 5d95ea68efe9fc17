import { join, relative, sep } from 'node:path';
import { PolicyLocationError } from '../errors.ts';
import { formatImageReference } from '../reference/image-reference.ts';
import type { RegistryLocation, WebLocation } from '../reference/location.ts';
import { decodeWindowsComponents, encodeWindowsComponents } from './windows-encoding.ts';

/** The top folders of a store. */
export const storeSchemes = ['http', 'https', 'registry'] as const;

/**
 * Beside them: what was found out about signatures, in files called `<SHA-256 of the module>-….json`. The
 * original has no such folder, and passes over it.
 */
export const signaturesFolder = 'signatures';

/**
 * Where the store keeps a module: `<root>/<scheme>/<host[:port]>/<path>`, tag or digest being part of the file
 * name, also if the tag is the implied `latest`. The query of a URL is, too, since it may choose another module.
 *
 * @throws PolicyLocationError when the URL's path names no file
 */
export function storePath(
  root: string,
  location: WebLocation | RegistryLocation,
  platform: NodeJS.Platform = process.platform,
): string {
  const components = componentsOf(location);
  // Two dots are a valid host of a URL.
  if (components.some((component) => component === '.' || component === '..')) {
    throw new PolicyLocationError(`invalid URL: ${location.uri}`);
  }
  return join(root, ...(platform === 'win32' ? encodeWindowsComponents(components) : components));
}

/** The URI of what the store keeps at a path below its root; the opposite of {@link storePath}. */
export function storedUri(root: string, path: string, platform: NodeJS.Platform = process.platform): string {
  const components = relative(root, path).split(sep);
  const [scheme, ...rest] = platform === 'win32' ? decodeWindowsComponents(components) : components;
  return `${scheme}://${rest.join('/')}`;
}

/**
 * The name that a module has in a folder of the user: the last part of its location.
 *
 * @throws PolicyLocationError when the URL's path names no file
 */
export function fileName(location: WebLocation | RegistryLocation): string {
  if (location.scheme === 'registry') return formatImageReference(location.image).split('/').at(-1)!;
  const name = location.url.pathname.split('/').at(-1);
  if (!name) throw namesNoFile(location);
  return name;
}

function componentsOf(location: WebLocation | RegistryLocation): string[] {
  if (location.scheme === 'registry') return ['registry', ...formatImageReference(location.image).split('/')];
  const segments = location.url.pathname.split('/').filter((segment) => segment !== '');
  const name = segments.pop();
  if (name === undefined || location.url.pathname.endsWith('/')) throw namesNoFile(location);
  // A slash in the query must not become a folder, nor `..` a way out.
  const query = location.url.search.replaceAll('/', '%2F');
  return [location.scheme, location.authority, ...segments, name + query];
}

function namesNoFile({ uri }: WebLocation): PolicyLocationError {
  return new PolicyLocationError(`cannot retrieve path from uri: ${uri}`);
}
