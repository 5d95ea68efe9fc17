import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { TrustRootError } from './errors.ts';
import type { Judge } from './evidence/judge.ts';
import type { TrustRootSource } from './trust-root/trust-root.ts';

/** Throws TrustRootError. */
export type JudgeSource = () => Promise<Judge>;

/** Makes a judge of a trust root when it is first needed, and keeps it as long as the trust root is the same. */
export function createJudgeSource(trustRoot: TrustRootSource): JudgeSource {
  const judges = new WeakMap<TrustedRoot, Judge>();
  return async () => {
    const root = await trustRoot();
    const known = judges.get(root);
    if (known !== undefined) return known;
    const { createJudge } = await import('./evidence/judge.ts');
    let judge: Judge;
    try {
      judge = createJudge(root);
    } catch (cause) {
      throw new TrustRootError(`the trust root cannot be used: ${(cause as Error).message}`, { cause });
    }
    judges.set(root, judge);
    return judge;
  };
}
