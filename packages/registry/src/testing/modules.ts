import { annotateModule, defaultMetadata, type Metadata } from '@kubewarden/policy';

const emptyModule = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/** The smallest module, or one with a custom section of that many bytes. */
export function plainModule(payloadBytes?: number): Uint8Array {
  if (payloadBytes === undefined) return emptyModule;
  const length = payloadBytes + 2;
  const header = Uint8Array.of(
    0,
    ...[0, 7, 14, 21].map((shift) => ((length >>> shift) & 0x7f) | 0x80),
    length >>> 28,
    1,
    0x78,
  );
  return Buffer.concat([emptyModule, header, new Uint8Array(payloadBytes)]);
}

/** A policy with this metadata at its end. */
export function policyModule(metadata: Partial<Metadata> = {}, payloadBytes?: number): Uint8Array {
  return annotateModule(plainModule(payloadBytes), {
    ...defaultMetadata,
    protocolVersion: 'v1',
    ...metadata,
  });
}
