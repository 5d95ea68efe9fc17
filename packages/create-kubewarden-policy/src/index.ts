export type { Answers } from './answers.ts';
export { createPolicy, type CreatedPolicy } from './create-policy.ts';
export { CreatePolicyError } from './errors.ts';
export { languages, type Language, type LanguageName } from './languages.ts';
export { describeNextSteps } from './next-steps.ts';
