import { createHash, X509Certificate } from 'node:crypto';
import { signBytes, type SigningIdentity, verifierPem } from './identity.ts';
import type { Witnesses } from './sign-simple.ts';
import { dsseBody, type DsseEnvelope, type LogEntry } from './transparency-log.ts';

/** Each takes the place of what would be right. */
export interface BundleOverrides {
  readonly version?: '0.1' | '0.2' | '0.3';
  /** In-toto statement. */
  readonly statement?: unknown;
  /** The bytes that are signed, in place of the statement as JSON. */
  readonly payload?: Uint8Array;
  readonly payloadType?: string;
  /** The envelope, signed elsewhere. */
  readonly envelope?: DsseEnvelope;
  readonly predicate?: unknown;
  readonly predicateType?: string;
  /** True by default with a certificate, false with a key. */
  readonly logged?: boolean;
  /** The whole body of the log entry. */
  readonly logBody?: object;
  readonly integratedTime?: Date;
  /** Whether the entry comes with the promise (SET) of the log. True by default. */
  readonly promised?: boolean;
  /** Whether the entry comes with its proof of inclusion. True by default. */
  readonly proven?: boolean;
  /** False by default. */
  readonly timestamped?: boolean;
  /** PEM. */
  readonly certificate?: string;
}

/** What `cosign sign` states about an image. */
export function signatureStatement(
  digest: string,
  options: { readonly predicateType?: string; readonly predicate?: unknown } = {},
): object {
  const [algorithm, hex] = digest.split(':') as [string, string];
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: '', digest: { [algorithm]: hex } }],
    predicateType: options.predicateType ?? 'https://sigstore.dev/cosign/sign/v1',
    predicate: options.predicate ?? {},
  };
}

/** Pre-authentication encoding: what the signature of an envelope covers. */
function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `),
    payload,
  ]);
}

export async function signBundle(
  witnesses: Witnesses,
  digest: string,
  identity: SigningIdentity,
  overrides: BundleOverrides = {},
): Promise<Uint8Array> {
  const version = overrides.version ?? '0.3';
  const certificate = overrides.certificate ?? identity.certificate;
  const envelope = overrides.envelope ?? signEnvelope(digest, identity, overrides);
  const signature = Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64');
  const logged = overrides.logged ?? certificate !== undefined;
  const entries = logged
    ? [
        await witnesses.logEntry(
          overrides.logBody ?? dsseBody(envelope, certificate ?? verifierPem(identity)),
          overrides.integratedTime,
        ),
      ]
    : [];
  return Buffer.from(
    JSON.stringify({
      mediaType:
        version === '0.3'
          ? 'application/vnd.dev.sigstore.bundle.v0.3+json'
          : `application/vnd.dev.sigstore.bundle+json;version=${version}`,
      verificationMaterial: {
        ...keyMaterial(version, identity, certificate),
        tlogEntries: entries.map((entry) => bundleEntry(entry, overrides)),
        ...((overrides.timestamped ?? false) && {
          timestampVerificationData: {
            rfc3161Timestamps: [
              { signedTimestamp: (await witnesses.timestamp(signature)).toString('base64') },
            ],
          },
        }),
      },
      dsseEnvelope: envelope,
    }),
  );
}

function signEnvelope(digest: string, identity: SigningIdentity, overrides: BundleOverrides): DsseEnvelope {
  const payloadType = overrides.payloadType ?? 'application/vnd.in-toto+json';
  const statement = overrides.statement ?? signatureStatement(digest, overrides);
  const payload = overrides.payload ?? Buffer.from(JSON.stringify(statement));
  const signature = signBytes(identity, preAuthenticationEncoding(payloadType, payload));
  return {
    payload: Buffer.from(payload).toString('base64'),
    payloadType,
    signatures: [{ sig: signature.toString('base64') }],
  };
}

function keyMaterial(version: string, identity: SigningIdentity, certificate: string | undefined): object {
  if (certificate === undefined) {
    const spki = identity.publicKey.export({ format: 'der', type: 'spki' });
    return { publicKey: { hint: createHash('sha256').update(spki).digest('base64') } };
  }
  const rawBytes = new X509Certificate(certificate).raw.toString('base64');
  return version === '0.3'
    ? { certificate: { rawBytes } }
    : { x509CertificateChain: { certificates: [{ rawBytes }] } };
}

function bundleEntry(entry: LogEntry, overrides: BundleOverrides): object {
  const { kind, apiVersion } = JSON.parse(Buffer.from(entry.body, 'base64').toString()) as {
    kind: string;
    apiVersion: string;
  };
  const { inclusionProof, signedEntryTimestamp } = entry.verification;
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: Buffer.from(entry.logID, 'hex').toString('base64') },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(entry.integratedTime),
    ...((overrides.promised ?? true) && { inclusionPromise: { signedEntryTimestamp } }),
    ...((overrides.proven ?? true) && {
      inclusionProof: {
        logIndex: String(inclusionProof.logIndex),
        rootHash: Buffer.from(inclusionProof.rootHash, 'hex').toString('base64'),
        treeSize: String(inclusionProof.treeSize),
        hashes: inclusionProof.hashes.map((hash) => Buffer.from(hash, 'hex').toString('base64')),
        checkpoint: { envelope: inclusionProof.checkpoint },
      },
    }),
    canonicalizedBody: entry.body,
  };
}
