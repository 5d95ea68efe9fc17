import { defineGlobal } from './natives.ts';

/** Something that must not happen before there is a request. */
interface Violation {
  readonly what: 'clock' | 'random' | 'host-call';
  /** Of the engine. */
  readonly trace: string;
}

let compiling = true;
const violations: Violation[] = [];

/**
 * Notes what code outside of functions did, even if that code catches the error.
 *
 * @throws always, while the policy is compiled
 */
export function requireRequest(what: Violation['what'], name: string): void {
  if (!compiling) return;
  const error = new Error(`${name} before there is a request`);
  violations.push({ what, trace: String(error.stack) });
  throw error;
}

/**
 * Lets the clock and the random generator fail until the policy is evaluated. Code that keeps a reference to what
 * stands in their place finds the real ones behind it later.
 */
export function guardTopLevel(): void {
  const RealDate = Date;
  const realNow = RealDate.now;
  const realRandom = Math.random;
  const now = (): number => {
    requireRequest('clock', 'Date.now()');
    return realNow();
  };
  const random = (): number => {
    requireRequest('random', 'Math.random()');
    return realRandom();
  };
  RealDate.now = now;
  Math.random = random;
  const guarded = new Proxy(RealDate, {
    apply: (target) => {
      requireRequest('clock', 'Date()');
      return target();
    },
    construct: (target, values, newTarget) => {
      if (values.length === 0) requireRequest('clock', 'new Date()');
      return Reflect.construct(target, values, newTarget) as Date;
    },
  });
  defineGlobal('Date', guarded);
  defineGlobal('__kw_finish', () => {
    compiling = false;
    RealDate.now = realNow;
    Math.random = realRandom;
    defineGlobal('Date', RealDate);
    Reflect.deleteProperty(globalThis, '__kw_finish');
    return JSON.stringify(violations);
  });
}
