/** Why a certificate is not acceptable, by the names that the original's library (webpki) has for it. */
export type CertificateProblem =
  | 'BadDer'
  | 'BadDerTime'
  | 'CaUsedAsEndEntity'
  | 'CertExpired'
  | 'CertNotValidYet'
  | 'EndEntityUsedAsCa'
  | 'ExtensionValueInvalid'
  | 'InvalidCertValidity'
  | 'InvalidNetworkMaskConstraint'
  | 'InvalidSignatureForPublicKey'
  | 'IssuerNotCertSigner'
  | 'MalformedNameConstraint'
  | 'MaximumPathBuildCallsExceeded'
  | 'MaximumPathDepthExceeded'
  | 'MaximumSignatureChecksExceeded'
  | 'NameConstraintViolation'
  | 'PathLenConstraintViolated'
  | 'SignatureAlgorithmMismatch'
  | 'UnknownIssuer'
  | 'UnsupportedCertVersion'
  | 'UnsupportedCriticalExtension'
  | 'UnsupportedSignatureAlgorithm'
  | 'UnsupportedSignatureAlgorithmForPublicKey';

export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly problem: CertificateProblem;

  constructor(problem: CertificateProblem, options?: ErrorOptions) {
    super(problem, options);
    this.problem = problem;
  }
}

/**
 * Of the problems of several paths the most telling one is reported, in this order. The last ones end the
 * search.
 */
const telling: readonly CertificateProblem[] = [
  'CertNotValidYet',
  'CertExpired',
  'InvalidSignatureForPublicKey',
  'SignatureAlgorithmMismatch',
  'NameConstraintViolation',
  'PathLenConstraintViolated',
  'IssuerNotCertSigner',
  'CaUsedAsEndEntity',
  'EndEntityUsedAsCa',
  'InvalidCertValidity',
  'InvalidNetworkMaskConstraint',
  'UnsupportedSignatureAlgorithmForPublicKey',
  'UnsupportedSignatureAlgorithm',
  'UnsupportedCriticalExtension',
  'UnsupportedCertVersion',
  'MaximumPathDepthExceeded',
  'MalformedNameConstraint',
  'ExtensionValueInvalid',
  'BadDerTime',
  'BadDer',
  'UnknownIssuer',
];

export function mostTelling(left: CertificateError, right: CertificateError): CertificateError {
  return telling.indexOf(right.problem) < telling.indexOf(left.problem) ? right : left;
}

/** Problems of the search rather than of a path. */
export function endsSearch({ problem }: CertificateError): boolean {
  return problem === 'MaximumPathBuildCallsExceeded' || problem === 'MaximumSignatureChecksExceeded';
}
