import { signBytes, type SigningIdentity } from './identity.ts';
import { hashedRekordBody, type LogEntry, rekordBody } from './transparency-log.ts';

export interface Witnesses {
  logEntry(body: object, integratedTime?: Date): Promise<LogEntry>;
  /** RFC 3161, DER. */
  timestamp(bytes: Uint8Array): Promise<Buffer>;
}

/** Each takes the place of what would be right. */
export interface SimpleOverrides {
  readonly signature?: Uint8Array;
  /** Whether the entry of the log is attached. True by default with a certificate, false with a key. */
  readonly logged?: boolean;
  readonly logKind?: 'hashedrekord' | 'rekord';
  /** What the log entry is about. */
  readonly loggedPayload?: Uint8Array;
  readonly loggedSignature?: Uint8Array;
  readonly loggedIdentity?: SigningIdentity;
  /** The whole body of the log entry. */
  readonly logBody?: object;
  readonly integratedTime?: Date;
  /** PEM. */
  readonly certificate?: string;
  /** Attaches a time stamp. False by default. */
  readonly timestamped?: boolean;
}

/** What cosign signs about an image. */
export function simplePayload(
  digest: string,
  options: { readonly reference?: string; readonly optional?: object | null; readonly type?: string } = {},
): Buffer {
  return Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': options.reference ?? 'registry.test/policy' },
        image: { 'docker-manifest-digest': digest },
        type: options.type ?? 'cosign container image signature',
      },
      optional: options.optional ?? null,
    }),
  );
}

export async function signSimple(
  witnesses: Witnesses,
  payload: Uint8Array,
  identity: SigningIdentity,
  overrides: SimpleOverrides = {},
): Promise<Record<string, string>> {
  const signature = overrides.signature ?? signBytes(identity, payload);
  const certificate = overrides.certificate ?? identity.certificate;
  const annotations: Record<string, string> = {
    'dev.cosignproject.cosign/signature': Buffer.from(signature).toString('base64'),
  };
  if (certificate !== undefined) annotations['dev.sigstore.cosign/certificate'] = certificate;
  if (identity.chain !== undefined) annotations['dev.sigstore.cosign/chain'] = identity.chain;
  if (overrides.logged ?? certificate !== undefined) {
    const body = overrides.logKind === 'rekord' ? rekordBody : hashedRekordBody;
    const entry = await witnesses.logEntry(
      overrides.logBody ??
        body(
          overrides.loggedPayload ?? payload,
          overrides.loggedSignature ?? signature,
          overrides.loggedIdentity ?? identity,
        ),
      overrides.integratedTime,
    );
    annotations['dev.sigstore.cosign/bundle'] = JSON.stringify({
      SignedEntryTimestamp: entry.verification.signedEntryTimestamp,
      Payload: {
        body: entry.body,
        integratedTime: entry.integratedTime,
        logIndex: entry.logIndex,
        logID: entry.logID,
      },
    });
  }
  if (overrides.timestamped ?? false) {
    const timestamp = await witnesses.timestamp(signature);
    annotations['dev.sigstore.cosign/rfc3161timestamp'] = JSON.stringify({
      SignedRFC3161Timestamp: timestamp.toString('base64'),
    });
  }
  return annotations;
}
