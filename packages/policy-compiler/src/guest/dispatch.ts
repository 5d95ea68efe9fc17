import { describeError } from './describe-error.ts';
import type { LineTable } from './line-table.ts';
import { defineGlobal } from './natives.ts';

/** What the glue calls; see `engine/glue.ts`. */
interface Dispatcher {
  /**
   * Carries an operation out. Returns undefined when the answer is not there yet: the glue then runs the pending
   * jobs and asks {@link settle}.
   *
   * @throws a text, for the host
   */
  readonly dispatch: (operation: string, payload: string) => string | undefined;
  /** @throws a text, for the host */
  readonly settle: () => string;
}

/** An operation of a policy: the request's text for the answer's. */
export type Handler = (payload: string) => unknown;

/** Finds what carries an operation out; undefined if nothing does. */
export type HandlerTable = (operation: string) => Handler | undefined;

/** An answer that is asked for when no job is left to run. */
export class Later {
  readonly answer: () => string;

  constructor(answer: () => string) {
    this.answer = answer;
  }
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Makes the functions that the glue calls, and leaves them where the compiler looks for them. */
export function installDispatcher(handlerOf: HandlerTable, table: LineTable): void {
  let operation = '';
  let outcome: Outcome | undefined;
  const answerOf = (value: unknown): string => {
    if (typeof value === 'string') return value.toWellFormed();
    throw `${operation} answered with ${value === null ? 'null' : typeof value} instead of text`;
  };
  const dispatcher: Dispatcher = {
    dispatch(requested, payload) {
      // WASI policies are asked for `validate-settings`, those of waPC for `validate_settings`.
      operation = requested.replace('-', '_');
      outcome = undefined;
      const handler = handlerOf(operation);
      if (handler === undefined) throw `No handler registered for function ${requested}`;
      let value: unknown;
      try {
        value = handler(payload);
      } catch (error) {
        throw describeError(error, table);
      }
      if (value instanceof Later) {
        outcome = { value };
        return undefined;
      }
      if (!isThenable(value)) return answerOf(value);
      Promise.resolve(value).then(
        (value: unknown) => void (outcome = { value }),
        (error: unknown) => void (outcome = { error }),
      );
      return undefined;
    },
    settle() {
      if (outcome === undefined) {
        throw `${operation} returned a promise that never settles: nothing is left that could resolve it`;
      }
      if ('error' in outcome) throw describeError(outcome.error, table);
      const { value } = outcome;
      if (!(value instanceof Later)) return answerOf(value);
      try {
        return answerOf(value.answer());
      } catch (error) {
        throw describeError(error, table);
      }
    },
  };
  defineGlobal('__kw_dispatch', dispatcher.dispatch);
  defineGlobal('__kw_settle', dispatcher.settle);
}
