import type { CommandModel } from '../../command-line/model.ts';
import { localPolicy, registryOptions, verificationOptions } from '../shared-options.ts';

export const scaffoldCommand: CommandModel = {
  name: 'scaffold',
  summary: 'Scaffold a Kubernetes resource or configuration file',
  options: [],
  positionals: [],
  subcommands: [
    {
      name: 'artifacthub',
      summary: 'Output an artifacthub-pkg.yml file from a metadata.yml file',
      examples: ['kwctl scaffold artifacthub -m metadata.yml -o artifacthub-pkg.yml'],
      options: [
        {
          long: 'metadata-path',
          short: 'm',
          value: 'PATH',
          help: 'File containing the metadata (default: metadata.yml or metadata.yaml)',
        },
        {
          long: 'questions-path',
          short: 'q',
          value: 'PATH',
          help: 'File containing the questions-ui content (default: questions-ui.yml and its likes)',
        },
        { long: 'output', short: 'o', value: 'FILE', help: 'File to write, instead of standard output' },
        { long: 'version', short: 'v', value: 'VALUE', help: 'Deprecated, without effect' },
      ],
      positionals: [],
      load: () => import('./artifacthub.ts'),
    },
    {
      name: 'manifest',
      summary: 'Output a Kubernetes resource manifest',
      examples: [
        'kwctl scaffold manifest -t ClusterAdmissionPolicy policy.wasm | kubectl apply -f -',
        'kwctl scaffold manifest -t AdmissionPolicy registry://ghcr.io/acme/policies/demo:v1',
      ],
      options: [
        {
          long: 'type',
          short: 't',
          value: 'VALUE',
          required: true,
          choices: ['ClusterAdmissionPolicy', 'AdmissionPolicy'],
          help: 'Kubewarden Custom Resource type',
        },
        {
          long: 'settings-path',
          short: 's',
          value: 'PATH',
          conflictsWith: ['settings-json'],
          help: 'File containing the settings for this policy',
        },
        {
          long: 'settings-json',
          value: 'VALUE',
          conflictsWith: ['settings-path'],
          help: 'JSON string containing the settings for this policy',
        },
        { long: 'title', value: 'VALUE', help: 'Policy title' },
        {
          long: 'allow-context-aware',
          help: 'Uses the policy metadata to define which Kubernetes resources can be accessed by the policy. Review it carefully',
        },
        ...registryOptions,
        ...verificationOptions,
      ],
      positionals: [localPolicy],
      load: () => import('./manifest.ts'),
    },
    {
      name: 'policy',
      summary:
        'Create a policy from a template: source, tests, metadata, and workflows that publish and sign it',
      description:
        'The folder must be new or empty; nothing is ever overwritten. npm create kubewarden-policy does the same, and\n' +
        'asks for what is not given.',
      examples: [
        'kwctl scaffold policy --language typescript trusted-registries',
        'kwctl scaffold policy --language rust --owner acme --directory policies/hosts trusted-registries',
      ],
      options: [
        {
          long: 'language',
          short: 'l',
          value: 'LANGUAGE',
          required: true,
          help: 'Language of the policy: typescript, go, rust, opa or gatekeeper',
        },
        { long: 'description', short: 'd', value: 'TEXT', help: 'What the policy does, in one line' },
        {
          long: 'author',
          short: 'a',
          value: 'MAILBOX',
          help: 'Who answers for it: Jane Doe <jane@example.com>',
        },
        { long: 'owner', value: 'OWNER', help: 'User or organization on GitHub that will publish it' },
        { long: 'directory', value: 'PATH', help: 'Folder to create it in [default: NAME]' },
      ],
      positionals: [{ name: 'name', help: 'Name of the policy and of its folder: a DNS label' }],
      load: () => import('./policy.ts'),
    },
    {
      name: 'vap',
      summary: 'Convert a Kubernetes ValidatingAdmissionPolicy into a Kubewarden ClusterAdmissionPolicy',
      examples: ['kwctl scaffold vap -p policy.yml -b binding.yml'],
      options: [
        {
          long: 'policy',
          short: 'p',
          value: 'VALIDATING-ADMISSION-POLICY.yaml',
          required: true,
          help: 'The file containing the ValidatingAdmissionPolicy definition',
        },
        {
          long: 'binding',
          short: 'b',
          value: 'VALIDATING-ADMISSION-POLICY-BINDING.yaml',
          required: true,
          help: 'The file containing the ValidatingAdmissionPolicyBinding definition',
        },
        {
          long: 'cel-policy',
          value: 'URI',
          help: 'The CEL policy module to use (default: ghcr.io/kubewarden/policies/cel-policy:latest)',
        },
      ],
      positionals: [],
      load: () => import('./vap.ts'),
    },
    {
      name: 'verification-config',
      summary: 'Output a default Sigstore verification configuration file',
      options: [],
      positionals: [],
      load: () => import('./verification-config.ts'),
    },
  ],
};
