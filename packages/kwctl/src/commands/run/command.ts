import type { CommandModel, OptionModel, PositionalModel } from '../../command-line/model.ts';
import { proxyNote, registryOptions, verificationOptions } from '../shared-options.ts';

/** What `run` and `bench` have in common. */
const evaluationOptions: readonly OptionModel[] = [
  {
    long: 'request-path',
    short: 'r',
    value: 'PATH',
    required: true,
    help: 'File containing the request to evaluate: an AdmissionRequest or an AdmissionReview; - is standard input',
  },
  { long: 'settings-path', short: 's', value: 'PATH', help: 'File containing the settings for this policy' },
  { long: 'settings-json', value: 'VALUE', help: 'JSON string containing the settings for this policy' },
  {
    long: 'execution-mode',
    short: 'e',
    value: 'MODE',
    choices: ['opa', 'gatekeeper', 'kubewarden', 'kubewarden-wapc', 'wasi'],
    help: 'The runtime to use to execute this policy; by default what its metadata says',
  },
  { long: 'raw', help: 'Validate a raw request: any JSON value instead of a Kubernetes admission request' },
  {
    long: 'allow-context-aware',
    help: 'Grant access to the Kubernetes resources defined inside of the policy metadata. Review them with inspect first',
  },
  {
    long: 'allowed-host-capabilities',
    value: 'PATTERN',
    repeatable: true,
    greedy: {
      accepts: async (word) => {
        const { parseHostCapabilities } = await import('@kubewarden/evaluator');
        try {
          parseHostCapabilities([word]);
          return true;
        } catch {
          // A file, a URI or a digest is meant where there is one; a misspelt pattern is reported as such.
          return !/[.:]|^registry|^[0-9a-f]+$/.test(word);
        }
      },
    },
    help: 'Host capabilities that the policy may use: *, oci/*, oci/v2/*, oci/v1/verify, … (default: *; none: deny all)',
  },
  {
    long: 'record-host-capabilities-interactions',
    value: 'FILE',
    conflictsWith: ['replay-host-capabilities-interactions'],
    help: 'Record all the policy and host capabilities communications to the given file',
  },
  {
    long: 'replay-host-capabilities-interactions',
    value: 'FILE',
    conflictsWith: ['record-host-capabilities-interactions'],
    help: 'Answer the host calls of the policy from a recorded file; needs neither cluster nor network',
  },
  { long: 'disable-wasmtime-cache', help: 'Accepted for compatibility; there is no such cache' },
  ...registryOptions,
  ...verificationOptions,
];

const policyPositional: PositionalModel = {
  name: 'uri_or_sha_prefix_or_yaml_file',
  help: 'Policy: a file, a URI, the prefix of the SHA-256 of a stored policy, or a YAML file of Kubewarden resources',
};

const description =
  'A YAML file may hold several documents: AdmissionPolicy, ClusterAdmissionPolicy, AdmissionPolicyGroup and\n' +
  'ClusterAdmissionPolicyGroup. Each is evaluated with the same request; settings come from the document.\n\n' +
  proxyNote;

export const runCommand: CommandModel = {
  name: 'run',
  summary: 'Run one or more Kubewarden policies against a request, and print the responses',
  description,
  examples: [
    'kwctl run -r request.json --settings-json \'{"denied": ["x"]}\' policy.wasm',
    'kwctl run -r request.json -o pretty policies.yaml',
    'kwctl run -r request.json -k cosign.pub registry://ghcr.io/acme/policies/demo:v1',
    'kwctl run -r request.json --allow-context-aware --replay-host-capabilities-interactions session.yml policy.wasm',
  ],
  options: [
    ...evaluationOptions,
    {
      long: 'output',
      short: 'o',
      value: 'FORMAT',
      choices: ['json', 'yaml', 'pretty'],
      help: 'Output format (default: json, one line for each policy)',
    },
    { long: 'fail-on-rejection', help: 'Exit with code 1 if a policy rejects the request' },
  ],
  positionals: [policyPositional],
  load: () => import('./run.ts'),
};

export const benchCommand: CommandModel = {
  name: 'bench',
  summary: 'Benchmark the evaluation of one or more Kubewarden policies',
  description,
  examples: ['kwctl bench -r request.json --warm-up-time 1 --measurement-time 2 policy.wasm'],
  options: [
    ...evaluationOptions,
    { long: 'measurement-time', value: 'SECONDS', help: 'How long the bench should run (default: 5)' },
    { long: 'num-resamples', value: 'NUM', help: 'How many resamples should be done (default: 100000)' },
    { long: 'num-samples', value: 'NUM', help: 'How many samples should be taken (default: 100)' },
    { long: 'warm-up-time', value: 'SECONDS', help: 'How long the bench should warm up (default: 3)' },
    {
      long: 'dump-results-to-disk',
      value: 'VALUE',
      valueIsOptional: true,
      help: 'Put the results in target/tiny-bench',
    },
  ],
  positionals: [policyPositional],
  load: () => import('./bench.ts'),
};
