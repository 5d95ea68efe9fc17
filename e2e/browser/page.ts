/** What runs in the page: the test calls `reviewInPage` through the debugging protocol. */
import type { AdmissionResponse } from '@kubewarden/policy';
import { evaluate, type Review } from '../evaluation.ts';

export type ReviewInPage = (moduleUrl: string, review: Review) => Promise<AdmissionResponse>;

const reviewInPage: ReviewInPage = async (moduleUrl, review) => {
  const response = await fetch(moduleUrl);
  return evaluate(new Uint8Array(await response.arrayBuffer()), review);
};

Object.assign(globalThis, { reviewInPage });
