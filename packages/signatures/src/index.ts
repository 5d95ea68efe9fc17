export { TrustRootError, VerificationConfigError, VerificationError } from './errors.ts';
export type { SignatureMaterial, SimpleSigningLayer } from './material.ts';
export type { TrustRootSource } from './trust-root/trust-root.ts';
export type {
  GenericIssuerRequirement,
  GithubActionRequirement,
  PublicKeyRequirement,
  RequiredAnnotations,
  SignatureRequirement,
  Subject,
  VerificationConfig,
} from './verification-config/verification-config.ts';
export type { CertificateRequirement, VerifiedImage, Verifier } from './verifier.ts';
export { publicGoodTrustRoot, type PublicGoodTrustRootOptions } from './trust-root/public-good-trust-root.ts';
export { trustConfigFile } from './trust-root/trust-config-file.ts';
