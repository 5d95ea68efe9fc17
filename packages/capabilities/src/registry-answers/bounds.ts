/** Milliseconds for which an answer is given again, from when it was found; reading does not prolong it. */
export const answerLifetime = 60_000;

/** The most answers that are kept, of all policies together; those that nobody asked for longest make room. */
export const maximumAnswers = 2_000;

/** The most bytes that the answers kept may have together: 32 MiB. */
export const maximumAnswerBytes = 32 * 1024 * 1024;

/** The most bytes of an answer that is kept; a larger one is given and forgotten: 4 MiB. */
export const maximumKeptAnswerBytes = 4 * 1024 * 1024;

/** Milliseconds after which a question is given up, waiting for its turn not included. */
export const questionMilliseconds = 30_000;

/** Questions that are put at the same time: in all, to one registry, and for one policy. */
export const maximumQuestions = 32;
export const maximumQuestionsToRegistry = 8;
export const maximumQuestionsOfPolicy = 16;

/** Questions of one policy that may wait for their turn. */
export const maximumWaitingQuestionsOfPolicy = 64;
