import { createInterface } from 'node:readline/promises';
import { CreatePolicyError } from '../errors.ts';

interface Question {
  readonly text: string;
  /** Shown above the question, one a line. */
  readonly choices?: readonly string[];
  /** Taken when nothing is typed. */
  readonly otherwise?: string;
  /** @throws CreatePolicyError if this cannot be the answer; then it is asked again */
  readonly check: (answer: string) => unknown;
}

/** Asks until there is an answer that can be. */
export type Ask = (question: Question) => Promise<string>;

/** Questions on a terminal. Its end (Ctrl-D), or Ctrl-C, is an error: nothing is created. */
export function terminalQuestions(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Ask {
  return async ({ text, choices = [], otherwise, check }) => {
    const terminal = createInterface({ input, output });
    const aborted = new AbortController();
    terminal.once('close', () => aborted.abort());
    terminal.once('SIGINT', () => terminal.close());
    try {
      for (const choice of choices) output.write(`  ${choice}\n`);
      for (;;) {
        const prompt = otherwise === undefined ? `${text}: ` : `${text} [${otherwise}]: `;
        const typed = (await terminal.question(prompt, { signal: aborted.signal })).trim();
        const answer = typed === '' ? (otherwise ?? '') : typed;
        try {
          check(answer);
          return answer;
        } catch (error) {
          if (!(error instanceof CreatePolicyError)) throw error;
          output.write(`  ${error.message}\n`);
        }
      }
    } catch (error) {
      if (aborted.signal.aborted) throw new CreatePolicyError('no answer, so nothing was created');
      throw error;
    } finally {
      terminal.close();
    }
  };
}
