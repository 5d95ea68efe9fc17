import { CreatePolicyError } from './errors.ts';
import { defaultLanguage, languages, type Language } from './languages.ts';

/** What is asked before a policy is created, as it was typed; what is left out has a default. */
export interface Answers {
  /** Of the policy: a DNS label, for it names objects in Kubernetes. */
  readonly name: string;
  /** Default: {@link defaultLanguage}. */
  readonly language?: string | undefined;
  /** One line: what the policy does. */
  readonly description?: string | undefined;
  /** `Jane Doe <jane@example.com>`. */
  readonly author?: string | undefined;
  /** User or organization on GitHub: where the policy's source and module will be. */
  readonly owner?: string | undefined;
}

/** Answers that were checked. */
export interface PolicyIdentity {
  readonly name: string;
  /** The name for people. */
  readonly displayName: string;
  readonly language: Language;
  readonly description: string;
  readonly author: string;
  readonly owner: string;
}

/** Answers to the questions that may stay open. */
export const defaults = {
  description: 'Accepts images of trusted registries only',
  author: 'Your Name <you@example.com>',
  owner: 'your-organization',
} as const;

const maximumDescriptionLength = 300;

/**
 * Checks answers, and completes them.
 *
 * @throws CreatePolicyError saying which answer cannot be, and what it could be instead
 */
export function checkAnswers(answers: Answers): PolicyIdentity {
  const language = checkLanguage(answers.language ?? defaultLanguage);
  return {
    name: checkName(answers.name, language),
    displayName: answers.name
      .split('-')
      .filter((word) => word !== '')
      .map((word) => word[0]!.toUpperCase() + word.slice(1))
      .join(' '),
    language,
    description: checkDescription(answers.description ?? defaults.description),
    author: checkAuthor(answers.author ?? defaults.author),
    owner: checkOwner(answers.owner ?? defaults.owner),
  };
}

/** @throws CreatePolicyError naming the languages that there are */
export function checkLanguage(name: string): Language {
  const found = languages.find((language) => language.name === name);
  if (found !== undefined) return found;
  const meant = otherNames[name.toLowerCase()];
  const names = languages.map((language) => language.name).join(', ');
  throw new CreatePolicyError(
    `there is no template for the language ${JSON.stringify(name)}; ` +
      (meant === undefined ? `choose one of ${names}` : `did you mean ${meant}?`),
  );
}

const otherNames: Readonly<Record<string, string>> = {
  ts: 'typescript',
  typescript: 'typescript',
  js: 'typescript',
  javascript: 'typescript',
  golang: 'go',
  go: 'go',
  rs: 'rust',
  rust: 'rust',
  rego: 'opa or gatekeeper',
  opa: 'opa',
  gatekeeper: 'gatekeeper',
};

/** RFC 1123, as Kubernetes understands it. */
const dnsLabel = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** @throws CreatePolicyError with a name that could be meant, if there is one */
export function checkName(name: string, language?: Language): string {
  if (!dnsLabel.test(name)) {
    const meant = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 63)
      .replaceAll(/^-+|-+$/g, '');
    const hint = dnsLabel.test(meant) ? `, for example ${meant}` : '';
    throw new CreatePolicyError(
      `${JSON.stringify(name)} cannot name a policy; take a DNS label: at most 63 lower case letters, digits and ` +
        `hyphens, the first and the last no hyphen${hint}`,
    );
  }
  if (language?.name === 'rust' && /^[0-9]/.test(name)) {
    throw new CreatePolicyError(
      `${JSON.stringify(name)} cannot name a policy in Rust, for crates begin with a letter, for example policy-${name}`,
    );
  }
  return name;
}

/** @throws CreatePolicyError */
export function checkDescription(description: string): string {
  if (description.trim() === '' || /\p{Cc}/u.test(description)) {
    throw new CreatePolicyError('the description must be one line of text');
  }
  if (description.length > maximumDescriptionLength) {
    throw new CreatePolicyError(
      `the description has ${description.length} characters; keep it to ${maximumDescriptionLength}, and say more in README.md`,
    );
  }
  return description;
}

/** @throws CreatePolicyError */
export function checkAuthor(author: string): string {
  if (!/^[^<>\p{Cc}]*[^<>\s\p{Cc}] <[^<>\s\p{Cc}@]+@[^<>\s\p{Cc}@]+>$/u.test(author) || author.length > 200) {
    throw new CreatePolicyError(
      `the author ${JSON.stringify(author)} must have a name and an address: Jane Doe <jane@example.com>`,
    );
  }
  return author;
}

/** @throws CreatePolicyError */
export function checkOwner(owner: string): string {
  if (!/^[a-z0-9](?:-?[a-z0-9]){0,38}$/i.test(owner)) {
    throw new CreatePolicyError(
      `the owner ${JSON.stringify(owner)} must be a user or an organization on GitHub: letters, digits and single hyphens`,
    );
  }
  return owner;
}
