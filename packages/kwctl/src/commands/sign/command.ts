import type { CommandModel } from '../../command-line/model.ts';
import { outputOption, proxyNote, registryOptions } from '../shared-options.ts';

export const signCommand: CommandModel = {
  name: 'sign',
  summary: 'Signs a policy in an OCI registry',
  description:
    'The signature goes to the registry, beside the policy, in two forms: one that verifiers of today read and one\n' +
    'that older ones do. Sign the reference by digest that push prints: a tag may have moved since.\n\n' +
    'With --key: a PEM private key, or one that cosign or kwctl generate-key-pair made; its password is taken from\n' +
    'COSIGN_PASSWORD, or asked for on a terminal. Without --key: keyless. An identity token of an OpenID Connect\n' +
    'provider (--identity-token, or SIGSTORE_ID_TOKEN) is exchanged for a certificate that lives some minutes; what\n' +
    'the token says of you becomes public, in a transparency log.\n\n' +
    proxyNote,
  examples: [
    'kwctl sign --key cosign.key ghcr.io/acme/policies/demo@sha256:…',
    'kwctl sign --key cosign.key -a env=prod ghcr.io/acme/policies/demo:v1',
    'kwctl sign --key signer.pem --certificate signer.crt --certificate-chain ca.crt ghcr.io/acme/policies/demo:v1',
    'kwctl sign --identity-token @/var/run/sigstore/token ghcr.io/acme/policies/demo:v1',
  ],
  options: [
    { long: 'key', value: 'PATH', help: 'Private key: PEM, or in the format of cosign' },
    { long: 'certificate', value: 'PATH', help: 'PEM certificate of that key, stored with the signature' },
    {
      long: 'certificate-chain',
      value: 'PATH',
      help: 'PEM certificates that lead from the certificate to its root',
    },
    {
      long: 'identity-token',
      value: 'TOKEN',
      conflictsWith: ['key'],
      help: 'Sign keyless: an OpenID Connect token, @FILE that holds it, or - for standard input',
    },
    {
      long: 'fulcio-url',
      value: 'URL',
      conflictsWith: ['key'],
      help: 'Certificate authority for keyless signing (default: that of Sigstore)',
    },
    {
      long: 'rekor-url',
      value: 'URL',
      help: 'Transparency log (default: keyless that of Sigstore, with a key none)',
    },
    { long: 'timestamp-url', value: 'URL', help: 'Timestamp authority (RFC 3161) to ask for a timestamp' },
    {
      long: 'annotation',
      short: 'a',
      value: 'KEY=VALUE',
      repeatable: true,
      help: 'Annotation to sign along; verifiers may require it. Can be repeated',
    },
    outputOption,
    ...registryOptions,
  ],
  positionals: [{ name: 'image', help: 'Policy in a registry, best by digest; registry:// may be left out' }],
  load: () => import('./sign.ts'),
};
