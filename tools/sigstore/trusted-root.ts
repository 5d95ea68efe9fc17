import { createHash, type KeyObject } from 'node:crypto';

export interface TrustedParts {
  readonly certificateChain: readonly Uint8Array[];
  readonly rekor: { readonly url: string; readonly publicKey: KeyObject };
  readonly certificateTransparency?: { readonly publicKey: KeyObject };
  readonly timestampChain?: readonly Uint8Array[];
  readonly validFrom: Date;
}

/** A trusted root in the JSON of protobuf (`application/vnd.dev.sigstore.trustedroot+json;version=0.1`). */
export function trustedRootJson(parts: TrustedParts): object {
  const validFor = { start: parts.validFrom.toISOString() };
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log(parts.rekor.url, parts.rekor.publicKey, validFor)],
    certificateAuthorities: [
      authority('https://fulcio.sigstore.test', 'root', parts.certificateChain, validFor),
    ],
    ctlogs:
      parts.certificateTransparency === undefined
        ? []
        : [log('https://ctfe.sigstore.test', parts.certificateTransparency.publicKey, validFor)],
    timestampAuthorities:
      parts.timestampChain === undefined
        ? []
        : [authority('https://timestamp.sigstore.test', 'tsa', parts.timestampChain, validFor)],
  };
}

function authority(uri: string, commonName: string, chain: readonly Uint8Array[], validFor: object): object {
  return {
    subject: { organization: 'sigstore.test', commonName },
    uri,
    certChain: { certificates: chain.map((der) => ({ rawBytes: Buffer.from(der).toString('base64') })) },
    validFor,
  };
}

function log(baseUrl: string, key: KeyObject, validFor: object): object {
  const spki = key.export({ format: 'der', type: 'spki' });
  return {
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: spki.toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor,
    },
    logId: { keyId: createHash('sha256').update(spki).digest('base64') },
  };
}
