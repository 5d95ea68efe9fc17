import { HostCallError } from '@kubewarden/evaluator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  answerLifetime,
  maximumAnswerBytes,
  maximumAnswers,
  maximumKeptAnswerBytes,
  maximumQuestions,
  maximumQuestionsOfPolicy,
  maximumQuestionsToRegistry,
  maximumWaitingQuestionsOfPolicy,
} from './bounds.ts';
import { RegistryAnswers } from './registry-answers.ts';

let time = 1;
let answers: RegistryAnswers;

beforeEach(() => {
  time = 1;
  answers = new RegistryAnswers({ clock: { now: () => time } });
});
afterEach(() => answers.dispose());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Puts a question; each is answered with how many have been put so far. */
let asked = 0;
beforeEach(() => (asked = 0));
async function find(key: readonly unknown[]): Promise<string> {
  const answer = await answers.find({ policyId: 'p', registry: 'r', key }, async () => bytes(`${++asked}`));
  return new TextDecoder().decode(answer);
}

/** Questions that are answered when the test says so. */
function pending(registry: string, policyId: string) {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  let began = false;
  const answer = Promise.resolve(
    answers.find({ policyId, registry, key: [registry, policyId, Math.random()] }, () => {
      began = true;
      return promise;
    }),
  );
  answer.catch(() => undefined);
  return { began: () => began, end: () => resolve(bytes('1')), answer };
}

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const begun = (questions: readonly { began: () => boolean }[]): number =>
  questions.filter(({ began }) => began()).length;
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('what registries answered', () => {
  it('is given again for a minute after it was found, however often it is read', async () => {
    expect(await find(['image'])).toBe('1');
    time += answerLifetime - 1;
    expect(await find(['image'])).toBe('1');
    time += 2;
    expect(await find(['image'])).toBe('2');
  });

  it('is at hand without a promise', async () => {
    await find(['image']);
    const question = { policyId: 'another', registry: 'r', key: ['image'] };
    expect(answers.find(question, () => Promise.reject(new Error('asked again')))).toEqual(bytes('1'));
  });

  it('is not confused with what looks like it when written without limits', async () => {
    for (const key of [['ab', 'c'], ['a', 'bc'], ['abc'], [['ab', 'c']], ['ab', ['c']], ['ab', 'c', null]]) {
      await find(key);
    }
    expect(asked).toBe(6);
  });

  it('is forgotten where it was a failure', async () => {
    const question = { policyId: 'p', registry: 'r', key: ['image'] };
    const failure = answers.find(question, () => Promise.reject(new HostCallError('not today')));
    await expect(failure).rejects.toThrow('not today');
    expect(await find(['image'])).toBe('1');
  });

  it('is bounded in answers, in bytes and in the size of one, whoever asks for what', async () => {
    for (let index = 0; index < 10_000; index += 1) await find(['image', index]);
    expect(answers.size).toBe(maximumAnswers);
    const sized = (size: number, key: readonly unknown[]) =>
      answers.find({ policyId: 'p', registry: 'r', key }, async () => new Uint8Array(size));
    const large = maximumKeptAnswerBytes - 1;
    const count = maximumAnswerBytes / maximumKeptAnswerBytes;
    for (let index = 0; index < count + 3; index += 1) await sized(large, ['large', index]);
    expect(answers.size).toBe(count);
    await sized(maximumKeptAnswerBytes, ['too large']);
    expect(await find(['too large'])).toBe('10001');
  });

  it('is asked for once by all who want it at the same time, success or failure', async () => {
    const { promise, reject } = Promise.withResolvers<Uint8Array>();
    let count = 0;
    const ask = () => {
      count += 1;
      return promise;
    };
    const found = many(20, (index) =>
      Promise.resolve(answers.find({ policyId: `p${index}`, registry: 'r', key: ['image'] }, ask)),
    );
    reject(new HostCallError('unknown image'));
    const outcomes = await Promise.allSettled(found);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(count).toBe(1);
  });
});

describe('questions to registries', () => {
  it('to one that does not answer hold up nothing but further ones to it', async () => {
    const hanging = many(4, (policy) => many(4, () => pending('hanging', `p${policy}`))).flat();
    await settle();
    expect(begun(hanging)).toBe(maximumQuestionsToRegistry);
    expect(await find(['elsewhere'])).toBe('1');
    hanging[0]!.end();
    await settle();
    expect(begun(hanging)).toBe(maximumQuestionsToRegistry + 1);
  });

  it('of one policy hold up nothing but further ones of it, and are refused when too many wait', async () => {
    const greedy = many(maximumQuestionsOfPolicy + maximumWaitingQuestionsOfPolicy, (index) =>
      pending(`r${index}`, 'greedy'),
    );
    await expect(pending('one-more', 'greedy').answer).rejects.toThrow(
      "'one-more' is not asked: 64 questions of this policy to registries wait already",
    );
    await settle();
    expect(begun(greedy)).toBe(maximumQuestionsOfPolicy);
    expect(await find(['of another'])).toBe('1');
  });

  it('wait for no turn of another policy', async () => {
    const greedy = many(maximumQuestionsOfPolicy, (index) => pending(`r${index}`, 'greedy'));
    const question = { registry: 'r', key: ['popular'] };
    const waiting = answers.find({ ...question, policyId: 'greedy' }, async () => bytes('of the greedy'));
    expect(await answers.find({ ...question, policyId: 'modest' }, async () => bytes('1'))).toEqual(
      bytes('1'),
    );
    greedy[0]!.end();
    expect(await waiting).toEqual(bytes('1'));
  });

  it('are bounded in all', async () => {
    const all = many(5, (policy) => many(10, (index) => pending(`r${policy}-${index}`, `p${policy}`))).flat();
    await settle();
    expect(begun(all)).toBe(maximumQuestions);
    for (const question of all) question.end();
    await Promise.all(all.map(({ answer }) => answer));
    expect(begun(all)).toBe(50);
  });

  it('are given up after a while, and told to stop', async () => {
    answers = new RegistryAnswers({ questionMilliseconds: 20 });
    let stopped: AbortSignal | undefined;
    const answer = answers.find({ policyId: 'p', registry: 'r.example:5000', key: [] }, (signal) => {
      stopped = signal;
      return new Promise(() => {});
    });
    await expect(answer).rejects.toThrow("'r.example:5000' did not answer within 0.02 s");
    expect(stopped?.aborted).toBe(true);
  });

  it('are given up when the host stops', async () => {
    const { answer } = pending('r', 'p');
    answers.dispose();
    await expect(answer).rejects.toThrow('the host is stopping');
    await expect(find(['image'])).rejects.toThrow('the host is stopping');
  });
});
