import type { OptionModel, PositionalModel } from '../command-line/model.ts';

/** For commands that talk to registries and web servers (kwctl.md 5.1). */
export const registryOptions: readonly OptionModel[] = [
  {
    long: 'sources-path',
    value: 'PATH',
    help: 'YAML file holding source information (https, registry insecure hosts, custom CAs)',
  },
  {
    long: 'docker-config-json-path',
    value: 'DOCKER_CONFIG',
    help: 'Folder that holds the Docker config.json with registry credentials, or that file itself',
  },
];

/** For commands that obtain policies (kwctl.md 5.2). */
export const verificationOptions: readonly OptionModel[] = [
  { long: 'verification-config-path', value: 'PATH', help: 'YAML file holding verification configuration' },
  {
    long: 'verification-key',
    short: 'k',
    value: 'PATH',
    repeatable: true,
    help: 'Path to a key used to verify the policy. Can be repeated',
  },
  {
    long: 'verification-annotation',
    short: 'a',
    value: 'KEY=VALUE',
    repeatable: true,
    help: 'Annotation that a signature must have. Can be repeated',
  },
  { long: 'cert-email', value: 'VALUE', help: 'Expected email in the Fulcio certificate' },
  { long: 'cert-oidc-issuer', value: 'VALUE', help: 'Expected OIDC issuer in the Fulcio certificates' },
  {
    long: 'github-owner',
    value: 'VALUE',
    help: 'GitHub owner expected in the certificates generated in CD pipelines',
  },
  {
    long: 'github-repo',
    value: 'VALUE',
    help: 'GitHub repository expected in the certificates generated in CD pipelines',
  },
  {
    long: 'sigstore-trust-config',
    value: 'PATH',
    help: 'JSON-formatted file conforming to the ClientTrustConfig message in the Sigstore protobuf specs',
  },
];

/** Chooses between text for people and JSON for programs. */
export const outputOption: OptionModel = {
  long: 'output',
  short: 'o',
  value: 'FORMAT',
  choices: ['text', 'json'],
  help: 'Output format (default: text)',
};

/** As {@link outputOption}, where `-o` has always named a file. */
export const formatOption: OptionModel = {
  long: 'format',
  value: 'FORMAT',
  choices: ['text', 'json'],
  help: 'Output format (default: text)',
};

/** A policy in the store or in a file. */
export const localPolicy: PositionalModel = {
  name: 'uri_or_sha_prefix',
  help: 'File, URI, or prefix of the SHA-256 of a stored policy',
};

/** Said at the end of the help of commands that use the network. */
export const proxyNote =
  'Proxies are taken from the section proxies of the sources file, or else from the environment variables\n' +
  'HTTP_PROXY, HTTPS_PROXY and NO_PROXY (lower case as well).';
