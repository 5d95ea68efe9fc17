import { HostCallError, type Certificate as GivenCertificate } from '@kubewarden/evaluator';
import { jsonAnswer, type Capability } from '../capability.ts';
import { readCertificate, readTrustAnchor, sameBytes, type Certificate } from './certificate.ts';
import { CertificateError, type CertificateProblem } from './error.ts';
import { mozillaAnchors } from './mozilla-roots.ts';
import { checkPath, type TrustAnchors } from './path.ts';
import { derOfPem } from './pem.ts';
import { parseTimestamp } from './time.ts';

/**
 * `crypto/v1/is_certificate_trusted`: whether a certificate is valid at an instant and issued by a given chain,
 * or by one of Mozilla's roots (evaluator.md 4.11).
 *
 * @param now milliseconds since 1970
 */
export function createCertificateTrust(now: () => number): Capability<'CryptoIsCertificateTrusted'> {
  return ({ request }) => {
    const leaf = readLeaf(derOf(request.cert));
    const time = request.not_after === undefined ? now() : parseTimestamp(request.not_after);
    if (time === undefined) throw new HostCallError('Timestamp not_after is not in RFC3339 format');
    const chain = request.cert_chain?.map(derOf);
    const anchors = chain === undefined ? mozillaAnchors : onlyAnchor(chain.at(-1));
    try {
      checkPath(leaf, chain?.slice(0, -1) ?? [], anchors, Math.floor(time / 1000) * 1000);
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      return jsonAnswer({ trusted: false, reason: reasonFor(error) });
    }
    return jsonAnswer({ trusted: true, reason: '' });
  };
}

const notTrusted = 'Certificate is not trusted by the provided cert chain';

const reasons: ReadonlyMap<CertificateProblem, string> = new Map([
  ['CertExpired', 'Certificate is being used after its expiration date'],
  ['CertNotValidYet', 'Certificate is being used before its validity date'],
  ['UnknownIssuer', notTrusted],
  ['InvalidSignatureForPublicKey', notTrusted],
]);

function reasonFor({ problem }: CertificateError): string {
  return reasons.get(problem) ?? `Certificate not trusted: ${problem}`;
}

function readLeaf(der: Uint8Array): Certificate {
  try {
    return readCertificate(der);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new HostCallError(`Certificate is not a valid end-entity certificate: ${error.problem}`);
  }
}

/** The first certificate of a PEM text, or the bytes themselves. */
function derOf({ encoding, data }: GivenCertificate): Uint8Array {
  const bytes = Uint8Array.from(data);
  if (encoding === 'Der') return bytes;
  const der = derOfPem(Buffer.from(bytes).toString('latin1'));
  if (der === undefined) throw new HostCallError('Certificate PEM data is not valid: no items found');
  return der;
}

/** The last certificate of the chain is the anchor, whatever it says of itself; an empty chain has none. */
function onlyAnchor(der: Uint8Array | undefined): TrustAnchors {
  if (der === undefined) return () => [];
  let anchor: Certificate;
  try {
    anchor = readTrustAnchor(der);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new HostCallError(error.problem);
  }
  return (issuer) => (sameBytes(anchor.subject, issuer) ? [anchor] : []);
}
