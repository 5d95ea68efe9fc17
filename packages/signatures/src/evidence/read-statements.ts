import type { SignatureMaterial } from '../material.ts';
import { readSigstoreBundle } from './sigstore-bundle.ts';
import { readSimpleSigningLayer } from './simple-signing.ts';
import { type SignedStatement, type UnusableSignature, UntrustedSignatureError } from './signed-statement.ts';

/** What was signed about the image, and which signatures cannot be used, in the order in which they were found. */
export async function readStatements(material: SignatureMaterial): Promise<{
  readonly statements: readonly SignedStatement[];
  readonly unusable: readonly UnusableSignature[];
}> {
  const statements: SignedStatement[] = [];
  const unusable: UnusableSignature[] = [];
  const readers = [
    ...material.simpleSigning.map((layer, index) => ({
      origin: `signature layer ${index + 1}`,
      read: (origin: string) => readSimpleSigningLayer(layer, material.digest, origin),
    })),
    ...material.bundles.map((bundle, index) => ({
      origin: `Sigstore bundle ${index + 1}`,
      read: (origin: string) => readSigstoreBundle(bundle, material, origin),
    })),
  ];
  for (const { origin, read } of readers) {
    try {
      statements.push(await read(origin));
    } catch (error) {
      if (!(error instanceof UntrustedSignatureError)) throw error;
      unusable.push({ origin, reason: error.message });
    }
  }
  return { statements, unusable };
}
