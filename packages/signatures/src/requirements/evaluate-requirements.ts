import { setImmediate } from 'node:timers/promises';
import { VerificationError } from '../errors.ts';
import type { UnusableSignature } from '../evidence/signed-statement.ts';
import type { SignatureRequirement, VerificationConfig } from '../verification-config/verification-config.ts';
import { describeRequirement, describeSignatures, describeSigner } from './describe.ts';
import type { JudgedSignature } from './judged-signature.ts';
import { checkOf } from './requirement-check.ts';

/**
 * Checks that an image is signed by whom a config demands. Signer and annotations of a requirement have to be those
 * of one signature.
 *
 * @param unusable is only told of in messages
 * @returns who satisfied which requirement, in words
 * @throws VerificationError which names the unsatisfied requirements, then the signatures that were found
 */
export async function evaluateRequirements(
  config: VerificationConfig,
  signatures: readonly JudgedSignature[],
  unusable: readonly UnusableSignature[] = [],
): Promise<readonly string[]> {
  if (config.allOf === undefined && config.anyOf === undefined) {
    throw new VerificationError('Image verification failed: no signatures to verify');
  }
  const all = await match(config.allOf ?? [], signatures);
  if (all.unsatisfied.length > 0)
    throw await refusal('missing signatures', all.unsatisfied, signatures, unusable);
  if (config.anyOf === undefined) return all.satisfied;
  const any = await match(config.anyOf.signatures, signatures);
  const { minimumMatches } = config.anyOf;
  if (any.satisfied.length < minimumMatches) {
    throw await refusal(
      `minimum number of signatures not reached: needed ${minimumMatches}, got ${any.satisfied.length}`,
      any.unsatisfied,
      signatures,
      unusable,
    );
  }
  return [...all.satisfied, ...any.satisfied];
}

interface Matches {
  readonly satisfied: readonly string[];
  readonly unsatisfied: readonly SignatureRequirement[];
}

async function match(
  requirements: readonly SignatureRequirement[],
  signatures: readonly JudgedSignature[],
): Promise<Matches> {
  const satisfied: string[] = [];
  const unsatisfied: SignatureRequirement[] = [];
  for (const requirement of requirements) {
    const check = checkOf(requirement);
    const by = signatures.find((signature) => check(signature) === undefined);
    if (by === undefined) unsatisfied.push(requirement);
    else satisfied.push(`${describeRequirement(requirement)}: ${by.origin}, ${describeSigner(by)}`);
    // Many signatures take a while; others get a turn in between.
    await setImmediate();
  }
  return { satisfied, unsatisfied };
}

async function refusal(
  what: string,
  unsatisfied: readonly SignatureRequirement[],
  signatures: readonly JudgedSignature[],
  unusable: readonly UnusableSignature[],
): Promise<VerificationError> {
  // Loaded for messages only: writing YAML takes longer to load than a signature to verify.
  const { formatRequirement } = await import('../verification-config/format-requirement.ts');
  return new VerificationError(
    `Image verification failed: ${what}\nThe following constraints were not satisfied:\n` +
      unsatisfied.map(formatRequirement).join('') +
      describeSignatures(unsatisfied, signatures, unusable),
  );
}
