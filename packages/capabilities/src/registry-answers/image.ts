import { HostCallError } from '@kubewarden/evaluator';
import {
  type ImageReference,
  InvalidReferenceError,
  parseImageReference,
} from '@kubewarden/registry/reference';

/** Longer than any reference that the grammar allows in practice: 1,024 characters. */
const maximumImageLength = 1024;

/**
 * Reads the image that a policy names.
 *
 * @throws HostCallError
 */
export function readImage(text: string): ImageReference {
  if (text.length > maximumImageLength) {
    throw invalid(`it has ${text.length} characters, more than the ${maximumImageLength} that are allowed`);
  }
  try {
    return parseImageReference(text);
  } catch (error) {
    if (!(error instanceof InvalidReferenceError)) throw error;
    throw invalid(error.message);
  }
}

function invalid(reason: string): HostCallError {
  return new HostCallError(`Invalid OCI image reference: ${reason}`);
}
