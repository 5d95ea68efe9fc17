import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Client } from './client.ts';

export const guests = join(import.meta.dirname, '../../guests');

export interface Review {
  readonly request: Readonly<Record<string, unknown>>;
}

const read = (name: string): Review =>
  JSON.parse(readFileSync(join(guests, 'requests', `${name}.json`), 'utf8')) as Review;

/** A review that `pod-privileged` accepts. */
export const plain = read('pod-plain');
/** A review that `pod-privileged` rejects. */
const privileged = read('pod-privileged');

/** The body of a review under another uid. */
export function bodyOf({ request, ...rest }: Review, uid: string): string {
  return JSON.stringify({ ...rest, request: { ...request, uid } });
}

let reviews = 0;

/**
 * Asks an honest policy, under a uid that nobody had before.
 *
 * @param policy name of a `pod-privileged`
 */
export async function expectRightAnswer(client: Client, policy: string): Promise<void> {
  const uid = `honest-${reviews++}`;
  const { status, response } = await client.post(`/validate/${policy}`, bodyOf(privileged, uid));
  expect({ status, response }).toMatchObject({
    status: 200,
    response: { uid, allowed: false, status: { message: 'Privileged container is not allowed' } },
  });
}
