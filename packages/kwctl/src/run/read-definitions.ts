import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ParsedOptions } from '../command-line/parsed-options.ts';
import { CliError, fileProblem } from '../terminal/cli-error.ts';
import type { Logger } from '../terminal/log.ts';
import type { Definition } from './definition.ts';
import { readSettings } from './settings.ts';

/**
 * Finds out what is to be run: a policy with the settings of the command line, or the resources of a YAML file.
 *
 * @throws CliError naming file and field
 */
export async function readDefinitions(
  policy: string,
  options: ParsedOptions,
  log: Logger,
): Promise<readonly Definition[]> {
  if (!/\.ya?ml$/.test(policy)) {
    return [
      {
        kind: 'policy',
        id: policy,
        module: policy,
        settings: await readSettings(options),
        mode: 'protect',
        allowedToMutate: true,
        message: undefined,
        contextAwareResources: undefined,
      },
    ];
  }
  if (options.has('raw')) throw new CliError(`The --raw option cannot be used with a YAML file: ${policy}`);
  if (options.has('settings-path') || options.has('settings-json')) {
    log(
      'info',
      'kwctl::run',
      'The settings of the command line are ignored: those of the YAML file are used',
    );
  }
  const definitions = await readResources(policy.startsWith('file://') ? fileURLToPath(policy) : policy);
  if (definitions.length > 1) {
    log(
      'warn',
      'kwctl::run',
      'Multiple policies defined inside of the CRD file. All of them will run sequentially using the same request.',
    );
  }
  return definitions;
}

async function readResources(path: string): Promise<Definition[]> {
  const [{ parseYamlDocuments }, { decodeResource }] = await Promise.all([
    import('../policy/yaml-json.ts'),
    import('./custom-resource.ts'),
  ]);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError(`Cannot open YAML file "${path}": ${fileProblem(cause)}`);
  });
  try {
    return parseYamlDocuments(text).map(decodeResource);
  } catch (cause) {
    throw new CliError(`Cannot parse YAML file "${path}": ${(cause as Error).message}`);
  }
}
