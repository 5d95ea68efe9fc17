import type { CommandModel } from '../../command-line/model.ts';
import { outputOption, proxyNote, registryOptions } from '../shared-options.ts';

export const attachCommand: CommandModel = {
  name: 'attach',
  summary: 'Attaches a file to a policy in an OCI registry: an SBOM, provenance, …',
  description:
    'The file becomes an artifact of its own that refers to the policy; kwctl inspect --show-attachments, and other\n' +
    'clients of the referrers API, find it. The policy itself does not change.\n\n' +
    proxyNote,
  examples: [
    'kwctl attach ghcr.io/acme/policies/demo:v1 sbom.spdx.json --type spdx',
    'kwctl attach ghcr.io/acme/policies/demo@sha256:… provenance.json --type slsa-provenance',
    'kwctl attach ghcr.io/acme/policies/demo:v1 report.sarif --type application/sarif+json',
  ],
  options: [
    {
      long: 'type',
      short: 't',
      value: 'TYPE',
      required: true,
      help: 'What the file is: spdx, cyclonedx, slsa-provenance, or a media type',
    },
    {
      long: 'annotation',
      short: 'a',
      value: 'KEY=VALUE',
      repeatable: true,
      help: 'Annotation of the artifact. Can be repeated',
    },
    outputOption,
    ...registryOptions,
  ],
  positionals: [
    { name: 'image', help: 'Policy in a registry, best by digest; registry:// may be left out' },
    { name: 'file', help: 'File to attach' },
  ],
  load: () => import('./attach.ts'),
};
