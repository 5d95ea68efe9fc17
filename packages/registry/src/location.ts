import { fileURLToPath } from 'node:url';
import { PolicyLocationError } from './errors.ts';

/** A module on this machine; used in place. */
export interface FileLocation {
  readonly scheme: 'file';
  readonly uri: string;
  readonly path: string;
}

/** A module behind a plain URL. */
export interface WebLocation {
  readonly scheme: 'http' | 'https';
  readonly uri: string;
  /** `host[:port]`, without a default port: the key of `insecure_sources` and `source_authorities`. */
  readonly authority: string;
  readonly url: URL;
}

/** A module in an OCI registry. */
export interface RegistryLocation {
  readonly scheme: 'registry';
  readonly uri: string;
  /** `host[:port]` as written: a registry's port is never dropped. */
  readonly authority: string;
  /** Repository with tag or digest; `:latest` where neither was given. */
  readonly reference: string;
}

/** Where a policy's module is. `uri` is the normalised form. */
export type PolicyLocation = FileLocation | WebLocation | RegistryLocation;

const registryAuthority =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?$/;
const referenceSegment = /^[A-Za-z0-9_][A-Za-z0-9._@:+-]*$/;

/**
 * Reads a policy location: `file://`, `http://`, `https://`, `registry://`, or an image reference without a
 * scheme. Surrounding white space is ignored.
 *
 * @throws PolicyLocationError
 */
export function parsePolicyLocation(text: string): PolicyLocation {
  const trimmed = text.trim();
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(trimmed)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'file':
      return fileLocation(trimmed);
    case 'http':
    case 'https':
      return webLocation(trimmed, scheme);
    case 'registry':
      return registryLocation(trimmed.slice('registry://'.length), trimmed);
    case undefined:
      return /^file:\//i.test(trimmed) ? fileLocation(trimmed) : registryLocation(trimmed, trimmed);
    default:
      throw new PolicyLocationError(`unknown scheme: ${scheme}`);
  }
}

function fileLocation(text: string): FileLocation {
  try {
    const url = new URL(text);
    return { scheme: 'file', uri: url.href, path: fileURLToPath(url) };
  } catch (cause) {
    throw new PolicyLocationError(`invalid URL: ${text}: ${(cause as Error).message}`, { cause });
  }
}

function webLocation(text: string, scheme: 'http' | 'https'): WebLocation {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new PolicyLocationError(`invalid URL: ${text}`, { cause });
  }
  return { scheme, uri: url.href, authority: url.host, url };
}

/** Completes a reference as container tools do: `busybox` is `docker.io/library/busybox:latest`. */
function registryLocation(text: string, written: string): RegistryLocation {
  const segments = text.split('/');
  const first = segments[0] ?? '';
  const hasAuthority = segments.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  const authority = hasAuthority ? first : 'docker.io';
  const repository = hasAuthority ? segments.slice(1) : segments.length === 1 ? ['library', first] : segments;
  if (!registryAuthority.test(authority) || !repository.every((segment) => referenceSegment.test(segment))) {
    throw new PolicyLocationError(`invalid URL: ${written}`);
  }
  const name = repository.join('/');
  const reference = /[:@]/.test(repository.at(-1) ?? '') ? name : `${name}:latest`;
  return { scheme: 'registry', uri: `registry://${authority}/${reference}`, authority, reference };
}
