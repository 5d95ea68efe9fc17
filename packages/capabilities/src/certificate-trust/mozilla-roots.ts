import { rootCertificates } from 'node:tls';
import { readTrustAnchor, type Certificate } from './certificate.ts';
import type { TrustAnchors } from './path.ts';
import { derOfPem } from './pem.ts';

let rootsByName: ReadonlyMap<string, readonly Certificate[]> | undefined;

/** Mozilla's roots as Node carries them, read when they are first needed. */
export const mozillaAnchors: TrustAnchors = (issuer) => {
  rootsByName ??= Map.groupBy(readRoots(), ({ subject }) => nameKey(subject));
  return rootsByName.get(nameKey(issuer)) ?? [];
};

function readRoots(): Certificate[] {
  return rootCertificates.map((pem) => readTrustAnchor(derOfPem(pem)!));
}

function nameKey(name: Uint8Array): string {
  return Buffer.from(name).toString('latin1');
}
