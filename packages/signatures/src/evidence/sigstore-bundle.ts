import type { Bundle } from '@sigstore/bundle';
import type { SignatureMaterial } from '../material.ts';
import { isJsonObject, parseJsonObject, stringAt, valueAt } from './json.ts';
import { type SignedStatement, UntrustedSignatureError } from './signed-statement.ts';

const payloadType = 'application/vnd.in-toto+json';
const statementType = 'https://in-toto.io/Statement/v1';
const signaturePredicateType = 'https://sigstore.dev/cosign/sign/v1';

/**
 * Reads a Sigstore bundle of version 0.1 to 0.3: a DSSE envelope around an in-toto statement as cosign signs it, or a
 * signature of the manifest itself.
 *
 * @throws UntrustedSignatureError
 */
export async function readSigstoreBundle(
  bytes: Uint8Array,
  material: Pick<SignatureMaterial, 'digest' | 'manifest'>,
  origin: string,
): Promise<SignedStatement> {
  const json = parseJsonObject(bytes, 'it');
  const { bundleFromJSON } = await import('@sigstore/bundle');
  let bundle: Bundle;
  try {
    bundle = bundleFromJSON(json);
  } catch (cause) {
    throw new UntrustedSignatureError(`it is no valid Sigstore bundle: ${(cause as Error).message}`, {
      cause,
    });
  }
  const certificate = certificateOf(bundle);
  return {
    origin,
    ...(await readContent(bundle, material)),
    ...(certificate !== undefined && { certificate }),
    log: {
      entries: bundle.verificationMaterial.tlogEntries,
      timestamps: (bundle.verificationMaterial.timestampVerificationData?.rfc3161Timestamps ?? []).map(
        ({ signedTimestamp }) => signedTimestamp,
      ),
    },
  };
}

type Content = Pick<SignedStatement, 'annotations' | 'signedBytes' | 'payload' | 'signature'>;

async function readContent(
  bundle: Bundle,
  { digest, manifest }: Pick<SignatureMaterial, 'digest' | 'manifest'>,
): Promise<Content> {
  if (bundle.content.$case === 'messageSignature') {
    const { messageDigest, signature } = bundle.content.messageSignature;
    const signed = Buffer.from(messageDigest.digest).toString('hex');
    // Other hashes than SHA-256 give no digest of this form, so their name need not be looked at.
    if (`sha256:${signed}` !== digest) {
      throw new UntrustedSignatureError(`it is about bytes with the hash ${signed}, not about this image`);
    }
    return { annotations: {}, signedBytes: manifest, payload: manifest, signature };
  }
  const envelope = bundle.content.dsseEnvelope;
  const [only, another] = envelope.signatures;
  if (only === undefined || another !== undefined) {
    throw new UntrustedSignatureError('its envelope does not have exactly one signature');
  }
  if (envelope.payloadType !== payloadType) {
    throw new UntrustedSignatureError(`its payload is of type ${envelope.payloadType}`);
  }
  const { dsse } = await import('@sigstore/core');
  return {
    annotations: readStatement(envelope.payload, digest),
    signedBytes: dsse.preAuthEncoding(envelope.payloadType, envelope.payload),
    payload: envelope.payload,
    signature: only.sig,
  };
}

/** The annotations of an in-toto statement that is a signature of this digest and of nothing else. */
function readStatement(bytes: Uint8Array, digest: string): Readonly<Record<string, unknown>> {
  const statement = parseJsonObject(bytes, 'its statement');
  const type = stringAt(statement, '_type');
  if (type !== statementType) throw new UntrustedSignatureError(`its statement is of type ${type}`);
  const predicateType = stringAt(statement, 'predicateType');
  if (predicateType !== signaturePredicateType) {
    throw new UntrustedSignatureError(`it is no signature but a statement of type ${predicateType}`);
  }
  const subjects = valueAt(statement, 'subject');
  if (!Array.isArray(subjects) || subjects.length !== 1) {
    throw new UntrustedSignatureError('its statement does not have exactly one subject');
  }
  const [algorithm = '', hex] = digest.split(':');
  const signed = stringAt(statement, 'subject', 0, 'digest', algorithm);
  if (signed !== hex) {
    throw new UntrustedSignatureError(`it is about ${algorithm}:${signed}, not about this image`);
  }
  const annotations = valueAt(statement, 'subject', 0, 'annotations') ?? {};
  if (!isJsonObject(annotations)) throw new UntrustedSignatureError('its statement has odd annotations');
  return annotations;
}

function certificateOf(bundle: Bundle): Uint8Array | undefined {
  const { content } = bundle.verificationMaterial;
  switch (content.$case) {
    case 'certificate':
      return content.certificate.rawBytes;
    case 'x509CertificateChain':
      // The others vouch for nothing: what is trusted comes from the trust root alone.
      return content.x509CertificateChain.certificates[0]?.rawBytes;
    case 'publicKey':
      return undefined;
  }
}
