import { fileURLToPath } from 'node:url';
import { PolicyLocationError } from '../errors.ts';
import { formatImageReference, type ImageReference, parseImageReference } from './image-reference.ts';

/** A module on this machine; used in place. */
export interface FileLocation {
  readonly scheme: 'file';
  readonly uri: string;
  readonly path: string;
}

/** A module behind a plain URL. */
export interface WebLocation {
  readonly scheme: 'http' | 'https';
  /** Without the credentials that `url` may hold. */
  readonly uri: string;
  /** `host[:port]`, without a default port: the key of `insecure_sources` and `source_authorities`. */
  readonly authority: string;
  readonly url: URL;
}

/** A module in an OCI registry. */
export interface RegistryLocation {
  readonly scheme: 'registry';
  /** `registry://` and the completed reference. */
  readonly uri: string;
  readonly image: ImageReference;
}

/** Where a policy's module is. `uri` is the normalised form. */
export type PolicyLocation = FileLocation | WebLocation | RegistryLocation;

const registryPrefix = 'registry://';

/**
 * Reads a policy location: a URL (WHATWG) with the scheme `file`, `http`, `https` or `registry`, or an image
 * reference without a scheme. Surrounding white space is ignored.
 *
 * References are completed before they are read as URLs, so that `registry://busybox:1.0` is an image and not a
 * host with a strange port.
 *
 * @throws PolicyLocationError
 */
export function parsePolicyLocation(text: string): PolicyLocation {
  const trimmed = text.trim();
  if (trimmed.startsWith(registryPrefix))
    return registryLocation(trimmed.slice(registryPrefix.length), trimmed);
  const url = URL.parse(trimmed);
  switch (url?.protocol) {
    case 'file:':
      return fileLocation(url);
    case 'http:':
    case 'https:':
      return webLocation(url);
    case 'registry:':
      if (!url.href.startsWith(registryPrefix)) throw invalidUrl(trimmed);
      return registryLocation(url.href.slice(registryPrefix.length), trimmed);
    case undefined:
      // A text with a scheme that is no URL is wrong; one without is a reference.
      if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(trimmed)) throw invalidUrl(trimmed);
      return registryLocation(trimmed, trimmed);
    default:
      if (trimmed.includes('://')) {
        throw new PolicyLocationError(`unknown scheme: ${url!.protocol.slice(0, -1)}`);
      }
      // What looks like a scheme is the host of `localhost:5000/policy`.
      return registryLocation(trimmed, trimmed);
  }
}

function fileLocation(url: URL): FileLocation {
  try {
    return { scheme: 'file', uri: url.href, path: fileURLToPath(url) };
  } catch (cause) {
    throw new PolicyLocationError(`invalid URL: ${url.href}: ${(cause as Error).message}`, { cause });
  }
}

function webLocation(url: URL): WebLocation {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return { scheme: url.protocol === 'http:' ? 'http' : 'https', uri: shown.href, authority: url.host, url };
}

function registryLocation(reference: string, written: string): RegistryLocation {
  const url = URL.parse(registryPrefix + completed(reference));
  if (url === null || url.hostname === '') throw invalidUrl(written);
  try {
    const image = parseImageReference(url.href.slice(registryPrefix.length));
    return { scheme: 'registry', uri: registryPrefix + formatImageReference(image), image };
  } catch (cause) {
    throw new PolicyLocationError(`Invalid OCI image reference: ${(cause as Error).message}`, { cause });
  }
}

/** The reference with its defaults, or what was given if only the URL parser can make sense of it. */
function completed(reference: string): string {
  try {
    return formatImageReference(parseImageReference(reference));
  } catch {
    return reference;
  }
}

function invalidUrl(text: string): PolicyLocationError {
  return new PolicyLocationError(`invalid URL: ${text.replace(/\/\/[^/@]*@/, '//')}`);
}
