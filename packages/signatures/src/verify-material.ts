import { setImmediate } from 'node:timers/promises';
import { VerificationError } from './errors.ts';
import type { Judge } from './evidence/judge.ts';
import { isSignedBy } from './evidence/public-key.ts';
import { readStatements } from './evidence/read-statements.ts';
import {
  type SignedStatement,
  type UnusableSignature,
  UntrustedSignatureError,
} from './evidence/signed-statement.ts';
import type { JudgeSource } from './judge-source.ts';
import type { SignatureMaterial } from './material.ts';
import { describeSignatures } from './requirements/describe.ts';
import { evaluateRequirements } from './requirements/evaluate-requirements.ts';
import type { Signer } from './requirements/judged-signature.ts';
import type { VerificationConfig } from './verification-config/verification-config.ts';

/**
 * Checks what was found about an image against a config. The judge is asked for once at most, and only if a
 * certificate has to be judged; without one no certificate is trusted, while keys are.
 *
 * @returns who satisfied which requirement, in words
 * @throws VerificationError
 */
export async function verifyMaterial(
  material: SignatureMaterial,
  config: VerificationConfig,
  judgeSource: JudgeSource,
): Promise<readonly string[]> {
  const { statements, unusable } = await readStatementsOf(material);
  const signers = await identifySigners(statements, config, judgeSource);
  return await evaluateRequirements(
    config,
    statements.map((statement, index) => ({
      origin: statement.origin,
      annotations: statement.annotations,
      isSignedBy: (key) => isSignedBy(key, statement.signedBytes, statement.signature),
      signer: signers[index]!,
    })),
    unusable,
  );
}

/** @throws VerificationError when there is nothing that could be a signature of the image */
export async function readStatementsOf(material: SignatureMaterial): Promise<{
  readonly statements: readonly SignedStatement[];
  readonly unusable: readonly UnusableSignature[];
}> {
  if (material.simpleSigning.length === 0 && material.bundles.length === 0) {
    // The space at the end belongs to the text.
    throw new VerificationError(`no signatures found for image: ${material.image} `);
  }
  const { statements, unusable } = await readStatements(material);
  if (statements.length === 0) {
    throw new VerificationError(
      'failed to get image trusted layers: No Signature Layer passed verification\n' +
        describeSignatures([], [], unusable),
    );
  }
  return { statements, unusable };
}

async function identifySigners(
  statements: readonly SignedStatement[],
  { allOf = [], anyOf }: VerificationConfig,
  judgeSource: JudgeSource,
): Promise<readonly Signer[]> {
  const needsIdentities = [...allOf, ...(anyOf?.signatures ?? [])].some(({ kind }) => kind !== 'pubKey');
  const hasCertificates = statements.some(({ certificate }) => certificate !== undefined);
  if (!needsIdentities || !hasCertificates) {
    return statements.map((statement) => withoutJudge(statement, 'no requirement is about certificates'));
  }
  let judge: Judge;
  try {
    judge = await judgeSource();
  } catch (error) {
    const reason = `its certificate cannot be judged without a trust root: ${(error as Error).message}`;
    return statements.map((statement) => withoutJudge(statement, reason));
  }
  const signers: Signer[] = [];
  for (const statement of statements) {
    signers.push(identify(statement, judge));
    // Many signatures take a while; others get a turn in between.
    await setImmediate();
  }
  return signers;
}

function withoutJudge({ certificate }: SignedStatement, reason: string): Signer {
  return certificate === undefined ? { kind: 'key' } : { kind: 'untrusted', reason };
}

function identify(statement: SignedStatement, judge: Judge): Signer {
  if (statement.certificate === undefined) return { kind: 'key' };
  try {
    return { kind: 'certificate', identity: judge.identify(statement) };
  } catch (error) {
    if (!(error instanceof UntrustedSignatureError)) throw error;
    return { kind: 'untrusted', reason: error.message };
  }
}
