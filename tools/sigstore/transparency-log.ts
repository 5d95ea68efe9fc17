import { createHash, type KeyObject } from 'node:crypto';
import { initializeTLog } from '@sigstore/mock/dist/rekor/index.js';
import { type SigningIdentity, verifierPem } from './identity.ts';

/** An entry as Rekor v1 answers it. */
export interface LogEntry {
  /** Base64 of the canonical JSON. */
  readonly body: string;
  /** Seconds since 1970. */
  readonly integratedTime: number;
  /** Hex. */
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    /** Base64. */
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly checkpoint: string;
      readonly hashes: readonly string[];
      /** Hex. */
      readonly rootHash: string;
    };
  };
}

export interface DsseEnvelope {
  /** Base64. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly sig: string; readonly keyid?: string }[];
}

/** Writes an entry with any body at any time; the entry is the only one of its tree. */
export async function writeEntry(
  log: {
    readonly url: string;
    readonly keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  },
  body: object,
  integratedTime: Date = new Date(),
): Promise<{ readonly uuid: string; readonly entry: LogEntry }> {
  const writer = await initializeTLog(log.url, log.keys, integratedTime);
  const [uuid, entry] = Object.entries(await writer.log(body))[0]!;
  return { uuid, entry: entry as unknown as LogEntry };
}

/** What Rekor records of a signature of plain bytes. */
export function hashedRekordBody(
  payload: Uint8Array,
  signature: Uint8Array,
  identity: SigningIdentity,
): object {
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: sha256(payload) } },
      signature: {
        content: base64(signature),
        publicKey: { content: base64(verifierPem(identity)) },
      },
    },
  };
}

/** As `hashedRekordBody`, in the form that cosign wrote before version 1.3. */
export function rekordBody(payload: Uint8Array, signature: Uint8Array, identity: SigningIdentity): object {
  return {
    apiVersion: '0.0.1',
    kind: 'rekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: sha256(payload) } },
      signature: {
        content: base64(signature),
        format: 'x509',
        publicKey: { content: base64(verifierPem(identity)) },
      },
    },
  };
}

/** What Rekor records of an envelope that was signed by the owner of `verifier` (PEM). */
export function dsseBody(envelope: DsseEnvelope, verifier: string): object {
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: { algorithm: 'sha256', value: sha256(Buffer.from(JSON.stringify(envelope))) },
      payloadHash: { algorithm: 'sha256', value: sha256(Buffer.from(envelope.payload, 'base64')) },
      signatures: envelope.signatures.map(({ sig }) => ({ signature: sig, verifier: base64(verifier) })),
    },
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function base64(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64');
}
