import type { CommandModel } from '../../command-line/model.ts';
import { outputOption, proxyNote, registryOptions, verificationOptions } from '../shared-options.ts';

export const verifyCommand: CommandModel = {
  name: 'verify',
  summary: 'Verify a Kubewarden policy from a given URI using Sigstore',
  description:
    'Looks for signatures in the registry, and checks them against the flags or against a verification file. Every\n' +
    'flag adds a requirement, and all have to be satisfied; that one of several is enough can be said in a file\n' +
    '(kwctl scaffold verification-config). Nothing is pulled. Says which requirement failed and what was found.\n\n' +
    proxyNote,
  examples: [
    'kwctl verify -k cosign.pub ghcr.io/acme/policies/demo:v1',
    'kwctl verify -k cosign.pub -a env=prod registry://ghcr.io/acme/policies/demo:v1',
    'kwctl verify --github-owner acme --github-repo demo ghcr.io/acme/policies/demo:v1',
    'kwctl verify --cert-email jane@example.com --cert-oidc-issuer https://accounts.example.com ghcr.io/acme/policies/demo:v1',
    'kwctl verify --verification-config-path verification-config.yml ghcr.io/acme/policies/demo:v1',
  ],
  options: [outputOption, ...registryOptions, ...verificationOptions],
  positionals: [{ name: 'uri', help: 'Policy in a registry; registry:// may be left out' }],
  load: () => import('./verify.ts'),
};
