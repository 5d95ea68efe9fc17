export { createVerifier, type VerifierOptions } from './create-verifier.ts';
export {
  SigningError,
  SigningKeyError,
  TrustRootError,
  VerificationConfigError,
  VerificationError,
} from './errors.ts';
export type { SignatureMaterial, SimpleSigningLayer } from './material.ts';
export { createSignatureRecords, type SignatureRecords } from './records/signature-records.ts';
export type { TrustRootSource } from './trust-root/trust-root.ts';
export { defaultVerificationConfig } from './verification-config/default-verification-config.ts';
export { readVerificationConfig } from './verification-config/read-verification-config.ts';
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
export { generateSigningKey, loadSigningKey, type SigningKey } from './sign/signing-key.ts';
export {
  type SignedImage,
  signImage,
  type SignImageOptions,
  type WrittenSignature,
} from './sign/sign-image.ts';
export type { ImageSigner, KeylessSigner, KeySigner } from './sign/signer.ts';
