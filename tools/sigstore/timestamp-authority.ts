import { createHash, generateKeyPairSync, randomInt } from 'node:crypto';
import { initializeTSA } from '@sigstore/mock/dist/timestamp/index.js';

const sha256Oid = '2.16.840.1.101.3.4.2.1';
const policyOid = '1.3.6.1.4.1.57264.2';

export interface TestTimestampAuthority {
  /** DER of the signing certificate and of its root. */
  readonly chain: readonly Uint8Array[];
  /** What `@sigstore/mock` serves over HTTP. */
  readonly authority: Awaited<ReturnType<typeof initializeTSA>>;
  /** A time stamp response (RFC 3161, DER) for these bytes, of this moment. */
  timestamp(bytes: Uint8Array): Promise<Buffer>;
}

export async function createTimestampAuthority(): Promise<TestTimestampAuthority> {
  const clock = new Date();
  const inner = await initializeTSA(generateKeyPairSync('ec', { namedCurve: 'P-256' }), clock);
  const authority: typeof inner = {
    rootCertificate: inner.rootCertificate,
    intCertificate: inner.intCertificate,
    timestamp: (request) => {
      // Whole seconds: some fractions are encoded in a way that is not DER.
      clock.setTime(Math.floor(Date.now() / 1000) * 1000);
      return inner.timestamp(request);
    },
  };
  return {
    chain: [bytesOf(authority.intCertificate), bytesOf(authority.rootCertificate)],
    authority,
    timestamp: async (bytes) =>
      Buffer.from(
        bytesOf(
          await authority.timestamp({
            artifactHash: createHash('sha256').update(bytes).digest(),
            hashAlgorithmOID: sha256Oid,
            nonce: randomInt(2 ** 31),
            policyOID: policyOid,
            certReq: true,
          }),
        ),
      ),
  };
}

function bytesOf(view: ArrayBufferView<ArrayBuffer>): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
