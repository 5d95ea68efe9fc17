import { createInterface, type Interface } from 'node:readline';
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

/** A conversation on a terminal. */
export interface Conversation {
  /** @throws CreatePolicyError when there is nobody any more: Ctrl-D, Ctrl-C */
  readonly ask: Ask;
  /** Lets go of the terminal, if anything was asked. */
  readonly close: () => void;
}

/** Nothing is read before the first question; lines that are typed ahead answer the next ones. */
export function openConversation(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Conversation {
  let terminal: Interface | undefined;
  let lines: AsyncIterator<string> | undefined;

  async function readLine(prompt: string): Promise<string> {
    if (terminal === undefined) {
      const opened = createInterface({ input, output });
      opened.once('SIGINT', () => opened.close());
      terminal = opened;
      lines = opened[Symbol.asyncIterator]();
    }
    terminal.setPrompt(prompt);
    terminal.prompt();
    const line = await lines!.next();
    if (line.done) throw new CreatePolicyError('no answer, so nothing was created');
    return line.value;
  }

  return {
    async ask({ text, choices = [], otherwise, check }) {
      for (const choice of choices) output.write(`  ${choice}\n`);
      for (;;) {
        const typed = (
          await readLine(otherwise === undefined ? `${text}: ` : `${text} [${otherwise}]: `)
        ).trim();
        const answer = typed === '' ? (otherwise ?? '') : typed;
        try {
          check(answer);
          return answer;
        } catch (error) {
          if (!(error instanceof CreatePolicyError)) throw error;
          output.write(`  ${error.message}\n`);
        }
      }
    },
    close: () => terminal?.close(),
  };
}
