import { readFile, stat } from 'node:fs/promises';
import type { Invocation } from '../../command-line/model.ts';
import { CliError, fileProblem } from '../../terminal/cli-error.ts';
import { writeOutputFile } from '../../terminal/output-file.ts';
import { formatYaml } from '../../terminal/yaml.ts';
import { readMetadataFile } from '../annotate/annotate.ts';
import { createArtifactHubPackage } from './artifacthub-package.ts';

const metadataFiles = ['metadata.yml', 'metadata.yaml'];
const questionFiles = ['questions-ui.yml', 'questions-ui.yaml', 'questions.yml', 'questions.yaml'];

const header =
  '# Kubewarden Artifacthub Package config\n' +
  '#\n' +
  '# Use this config to submit the policy to https://artifacthub.io.\n' +
  '#\n' +
  '# This config can be saved to its default location with:\n' +
  '#   kwctl scaffold artifacthub > artifacthub-pkg.yml\n';

/** Prints the Artifact Hub package of a policy (kwctl.md 8.5). */
export async function run({ options, terminal, log }: Invocation): Promise<void> {
  if (options.has('version')) {
    log(
      'warn',
      'kwctl::scaffold',
      'The --version flag is deprecated and has no effect: the version comes from the metadata',
    );
  }
  const metadataPath = options.value('metadata-path') ?? (await findFirst(metadataFiles));
  if (metadataPath === undefined) {
    throw new CliError("path to metadata file not provided, plus 'metadata.yml' not found");
  }
  const questionsPath = options.value('questions-path') ?? (await findFirst(questionFiles));
  const questions =
    questionsPath === undefined
      ? undefined
      : await readFile(questionsPath, 'utf8').catch((cause: unknown) => {
          throw new CliError(`Error reading questions file: ${questionsPath}: ${fileProblem(cause)}`);
        });
  const metadata = await readMetadataFile(metadataPath);
  const text = header + formatYaml(createArtifactHubPackage(metadata, new Date(), questions));
  const output = options.value('output');
  if (output === undefined) terminal.stdout(text);
  else await writeOutputFile(output, text);
}

async function findFirst(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const found = await stat(name).then(
      (entry) => entry.isFile(),
      () => false,
    );
    if (found) return name;
  }
  return undefined;
}
