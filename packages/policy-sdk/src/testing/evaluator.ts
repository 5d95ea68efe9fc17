import type * as Evaluator from '@kubewarden/evaluator';
import type * as Transcript from '@kubewarden/evaluator/transcript';
import type * as PolicyFormat from '@kubewarden/policy';

/** The engine that runs compiled policies. */
export interface Engine {
  readonly evaluator: typeof Evaluator;
  readonly transcript: typeof Transcript;
  readonly policy: typeof PolicyFormat;
}

/**
 * Loads the engine, which only tests of compiled modules and recorded sessions need.
 *
 * @throws Error that says what to install
 */
export async function loadEngine(): Promise<Engine> {
  try {
    const [evaluator, transcript, policy] = await Promise.all([
      import('@kubewarden/evaluator'),
      import('@kubewarden/evaluator/transcript'),
      import('@kubewarden/policy'),
    ]);
    return { evaluator, transcript, policy };
  } catch (cause) {
    throw new Error(
      'tests with compiled modules or recorded sessions need the engine: ' +
        'npm install --save-dev @kubewarden/evaluator @kubewarden/policy',
      { cause },
    );
  }
}
