import { formatImageReference, type ImageReference } from '@kubewarden/registry';
import { SigningError } from '../errors.ts';

/** What a signer says about an image beside its digest; verifiers may require it. */
export type SignedAnnotations = Readonly<Record<string, string>>;

/** Verifiers expect a number there and discard the whole signature otherwise. */
const reservedAnnotation = 'timestamp';

/** @throws SigningError for an annotation that would spoil the signature */
export function checkAnnotations(annotations: SignedAnnotations): void {
  if (Object.hasOwn(annotations, reservedAnnotation)) {
    throw new SigningError(
      `the annotation ${reservedAnnotation} has a meaning of its own and cannot be signed`,
    );
  }
}

/**
 * The payload of cosign's simple signing (containers/image, `docs/containers-signature.5.md`): compact JSON, members
 * in alphabetical order.
 */
export function simpleSigningPayload(
  image: ImageReference,
  digest: string,
  annotations: SignedAnnotations,
): Buffer {
  const { registry, repository } = image;
  return Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': formatImageReference({ registry, repository }) },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: Object.keys(annotations).length === 0 ? null : sorted(annotations),
    }),
  );
}

/** An in-toto Statement v1 as cosign 3 makes it; annotations are those of the subject. */
export function signatureStatement(digest: string, annotations: SignedAnnotations): Buffer {
  const [algorithm = '', hex = ''] = digest.split(':');
  return Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { [algorithm]: hex }, annotations: sorted(annotations) }],
      predicateType: signaturePredicateType,
      predicate: {},
    }),
  );
}

export const signaturePredicateType = 'https://sigstore.dev/cosign/sign/v1';

function sorted(annotations: SignedAnnotations): SignedAnnotations {
  return Object.fromEntries(Object.entries(annotations).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
