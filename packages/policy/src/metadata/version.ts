import compare from 'semver/functions/compare.js';
import parse from 'semver/functions/parse.js';
import type SemVer from 'semver/classes/semver.js';
import type { Metadata } from './metadata.ts';

/** The version of Kubewarden whose contract this implementation keeps; policies may require a minimum of it. */
export const kubewardenVersion = '1.38.0';

/** Whether the text is a semantic version 2.0.0, with nothing around it. */
export function isStrictVersion(text: string): boolean {
  // The library also takes a leading `v` and blanks, which the original does not.
  return /^\d/u.test(text) && text === text.trimEnd() && parse(text) !== null;
}

function requireVersion(text: string): SemVer {
  const version = parse(text);
  if (version === null) throw new TypeError(`${text} is not a semantic version`);
  return version;
}

function minorVersion({ major, minor }: SemVer): string {
  return `${major}.${minor}.0`;
}

/**
 * Checks `minimumKubewardenVersion` as policy-server does: by major and minor version only.
 *
 * @returns what is wrong, or undefined
 */
export function serverVersionProblem(
  metadata: Metadata,
  own: string = kubewardenVersion,
): string | undefined {
  if (metadata.minimumKubewardenVersion === undefined) return undefined;
  const required = minorVersion(requireVersion(metadata.minimumKubewardenVersion));
  const running = minorVersion(requireVersion(own));
  if (compare(required, running) <= 0) return undefined;
  return `Policy required Kubewarden version ${required} but is running on ${running}`;
}

/**
 * Checks `minimumKubewardenVersion` as kwctl does: patch and pre-release of the requirement are ignored, those
 * of its own version are not.
 *
 * @returns what is wrong, or undefined
 */
export function cliVersionProblem(metadata: Metadata, own: string = kubewardenVersion): string | undefined {
  if (metadata.minimumKubewardenVersion === undefined) return undefined;
  const required = minorVersion(requireVersion(metadata.minimumKubewardenVersion));
  if (compare(required, own) <= 0) return undefined;
  return `Policy required Kubewarden version ${required} or greater. But it's running on ${own}`;
}

/**
 * Checks the protocol version of a policy as policy-server does: a waPC policy has to declare `v1`. The guest
 * itself is not asked.
 *
 * @returns what is wrong, or undefined
 */
export function protocolVersionProblem(metadata: Metadata): string | undefined {
  if (metadata.executionMode !== 'kubewarden-wapc' || metadata.protocolVersion === 'v1') return undefined;
  return metadata.protocolVersion === undefined
    ? 'Policy is missing protocol version, which is required for KubewardenWapc execution mode'
    : `Policy uses protocol version ${metadata.protocolVersion} but only V1 is supported`;
}
