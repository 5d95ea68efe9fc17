import { existsSync } from 'node:fs';
import { templateFolder } from './template/folders.ts';

/** A language that there is a template for, in the folder of its name. */
export interface Language {
  readonly name: LanguageName;
  /** As its users write it. */
  readonly title: string;
  /** What has to be on the machine. */
  readonly needs: string;
  /** Run in the folder of the policy, in this order. */
  readonly commands: { readonly install?: string; readonly test: string; readonly build: string };
}

export type LanguageName = 'typescript' | 'go' | 'rust' | 'opa' | 'gatekeeper';

/** The language of whoever does not choose one. */
export const defaultLanguage: LanguageName = 'typescript';

const described: readonly Language[] = [
  {
    name: 'typescript',
    title: 'TypeScript',
    needs: 'Node.js 24 and npm',
    commands: { install: 'npm install', test: 'npm test', build: 'npm run build' },
  },
  {
    name: 'go',
    title: 'Go',
    needs: 'Go 1.25, make, kwctl and bats',
    commands: { test: 'make test', build: 'make' },
  },
  {
    name: 'rust',
    title: 'Rust',
    needs: 'cargo with the target wasm32-wasip1, make, kwctl and bats',
    commands: { test: 'make test', build: 'make' },
  },
  {
    name: 'opa',
    title: 'Rego, as for Open Policy Agent',
    needs: 'opa, make, kwctl and bats',
    commands: { test: 'make test', build: 'make' },
  },
  {
    name: 'gatekeeper',
    title: 'Rego, as for Gatekeeper',
    needs: 'opa, make, kwctl and bats',
    commands: { test: 'make test', build: 'make' },
  },
];

/** The languages that there are templates for. */
export const languages: readonly Language[] = described.filter(({ name }) =>
  existsSync(templateFolder(name)),
);
