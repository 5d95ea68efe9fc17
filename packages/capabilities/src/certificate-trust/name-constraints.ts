import type { Certificate } from './certificate.ts';
import { contextTag, DerError, DerReader, tags } from './der.ts';
import { CertificateError } from './error.ts';

const dnsName = contextTag(2, false);
const directoryName = contextTag(4, true);
const ipAddress = contextTag(7, false);

interface GeneralName {
  readonly tag: number;
  readonly content: Uint8Array;
}

/**
 * Checks the names of certificates against the name constraints of an authority above them (RFC 5280, 4.2.1.10).
 *
 * DNS names and IP addresses are understood. A constraint on any other form of name refuses every certificate
 * that has a name of this form, and this includes constraints on the subject, which every certificate has.
 *
 * @param constraints content of the extension
 * @throws CertificateError
 */
export function checkNameConstraints(constraints: Uint8Array, below: readonly Certificate[]): void {
  try {
    const reader = new DerReader(constraints);
    const permitted = readSubtrees(reader.optional(contextTag(0, true))?.content);
    const excluded = readSubtrees(reader.optional(contextTag(1, true))?.content);
    reader.end();
    for (const certificate of below) {
      for (const name of namesOf(certificate)) checkName(name, permitted, excluded);
    }
  } catch (error) {
    if (error instanceof DerError) throw new CertificateError('MalformedNameConstraint', { cause: error });
    throw error;
  }
}

function readSubtrees(content: Uint8Array | undefined): GeneralName[] {
  if (content === undefined) return [];
  const reader = new DerReader(content);
  const names: GeneralName[] = [];
  while (!reader.atEnd) {
    const subtree = new DerReader(reader.expect(tags.sequence).content);
    names.push(subtree.next());
    // Minimum and maximum must not be there.
    subtree.end();
  }
  return names;
}

function namesOf(certificate: Certificate): GeneralName[] {
  const names: GeneralName[] = [];
  if (certificate.subject.length > 0) names.push({ tag: directoryName, content: certificate.subject });
  if (certificate.alternativeNames === undefined) return names;
  const reader = new DerReader(certificate.alternativeNames);
  while (!reader.atEnd) names.push(reader.next());
  return names;
}

function checkName(
  name: GeneralName,
  permitted: readonly GeneralName[],
  excluded: readonly GeneralName[],
): void {
  const sameForm = ({ tag }: GeneralName): boolean => tag === name.tag;
  const allowed = permitted.filter(sameForm);
  if (allowed.length > 0 && !allowed.some((base) => matches(name, base, 'permitted'))) {
    throw new CertificateError('NameConstraintViolation');
  }
  if (excluded.filter(sameForm).some((base) => matches(name, base, 'excluded'))) {
    throw new CertificateError('NameConstraintViolation');
  }
}

function matches(name: GeneralName, base: GeneralName, subtrees: 'permitted' | 'excluded'): boolean {
  if (name.tag === dnsName) return matchesDns(text(name), text(base), subtrees);
  if (name.tag === ipAddress) return matchesAddress(name.content, base.content);
  return subtrees === 'excluded';
}

function text({ content }: GeneralName): string {
  return Buffer.from(content).toString('latin1').toLowerCase();
}

/** A name is below `example.com` if it is that or ends in `.example.com`; below `.example.com` only the latter. */
function matchesDns(name: string, base: string, subtrees: 'permitted' | 'excluded'): boolean {
  if (!/^[a-z0-9*._-]+$/.test(name)) return subtrees === 'excluded';
  if (base === '') return true;
  const suffix = base.startsWith('.') ? base : `.${base}`;
  if (name === base || name.endsWith(suffix)) return true;
  // `*.example.com` may stand for a name that is excluded.
  return subtrees === 'excluded' && name.startsWith('*.') && suffix.endsWith(name.slice(1));
}

/** @param base an address followed by a mask of the same length */
function matchesAddress(address: Uint8Array, base: Uint8Array): boolean {
  const length = base.length / 2;
  if (length !== 4 && length !== 16) throw new CertificateError('InvalidNetworkMaskConstraint');
  if (address.length !== length) return false;
  const mask = base.subarray(length);
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  if (bits.includes('01')) throw new CertificateError('InvalidNetworkMaskConstraint');
  return address.every((byte, index) => (byte & mask[index]!) === (base[index]! & mask[index]!));
}
