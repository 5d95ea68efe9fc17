import { HostCallError, type HostRequest } from '@kubewarden/evaluator';
import type {
  CertificateRequirement,
  RequiredAnnotations,
  SignatureRequirement,
  VerificationConfig,
} from '@kubewarden/signatures';
import type { RequestOf } from '../capability.ts';

export type CertificateRequest = RequestOf<'SigstoreCertificateVerify'>;

/** What is verified by a verification config: everything but certificates that the policy gives. */
export type SignatureRequest = Exclude<
  Extract<HostRequest, { readonly type: `Sigstore${string}` }>,
  CertificateRequest
>;

/** The most keys, identities or certificates that one request may name. The original has no bound. */
const maximumRequirements = 100;

/**
 * What has to be signed by all that the request names.
 *
 * @throws HostCallError when it names nobody, too many, or a prefix that is no URL
 */
export function readRequirements(request: SignatureRequest): VerificationConfig {
  const annotations = annotationsOf(request);
  return { allOf: signersOf(request).map((signer) => ({ ...signer, ...annotations })) };
}

function signersOf(request: SignatureRequest): readonly SignatureRequirement[] {
  switch (request.type) {
    case 'SigstorePubKeyVerify':
      checkNumber(request.pub_keys, 'Must provide at least one pub key');
      return request.pub_keys.map((key) => ({ kind: 'pubKey', key }));
    case 'SigstoreKeylessVerify':
      checkNumber(request.keyless, 'Must provide keyless info');
      return request.keyless.map(({ issuer, subject }) => ({
        kind: 'genericIssuer',
        issuer,
        subject: { equal: subject },
      }));
    case 'SigstoreKeylessPrefixVerify':
      checkNumber(request.keyless_prefix, 'Must provide keyless info');
      return request.keyless_prefix.map(({ issuer, url_prefix }) => ({
        kind: 'genericIssuer',
        issuer,
        subject: { urlPrefix: readUrlPrefix(url_prefix) },
      }));
    case 'SigstoreGithubActionsVerify': {
      const { owner, repo } = request;
      if (owner === '') throw new HostCallError('Must provide owner info');
      // The SDK for Go sends an empty text when any repository is meant.
      return [{ kind: 'githubAction', owner, ...(repo && { repo }) }];
    }
  }
}

/** @throws HostCallError */
export function readCertificateRequirement(request: CertificateRequest): CertificateRequirement {
  const { certificate, certificate_chain: chain, require_rekor_bundle } = request;
  if (chain !== undefined) checkNumber(chain);
  return {
    certificate: Uint8Array.from(certificate),
    ...(chain !== undefined && { chain: chain.map((bytes) => Uint8Array.from(bytes)) }),
    requireRekorBundle: require_rekor_bundle,
    ...annotationsOf(request),
  };
}

/** By name, so that requests that mean the same read the same. */
function annotationsOf({ annotations }: SignatureRequest | CertificateRequest): {
  annotations?: RequiredAnnotations;
} {
  const entries = Object.entries(annotations ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return entries.length === 0 ? {} : { annotations: Object.fromEntries(entries) };
}

function checkNumber(items: readonly unknown[], missing?: string): void {
  if (items.length === 0 && missing !== undefined) throw new HostCallError(missing);
  if (items.length > maximumRequirements) {
    throw new HostCallError(
      `${items.length} signers are more than the ${maximumRequirements} that one request may name`,
    );
  }
}

/** As in a verification config: absolute, and its path ends in a slash. */
function readUrlPrefix(text: string): string {
  const url = URL.parse(text);
  // Without a host there is no path either that a slash could end, and any longer text would match.
  if (url === null || url.host === '')
    throw new HostCallError(`the url_prefix ${JSON.stringify(text)} is no absolute URL`);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
