import { readFile } from 'node:fs/promises';
import { settingsFromJson } from '@kubewarden/policy';
import type { ParsedOptions } from '../command-line/parsed-options.ts';
import { CliError, fileProblem } from '../terminal/cli-error.ts';

/**
 * The settings given on the command line: canonical JSON of an object, `{}` without any. A file wins over a text.
 *
 * @throws CliError naming the file
 */
export async function readSettings(options: ParsedOptions): Promise<Uint8Array> {
  const path = options.value('settings-path');
  const text = options.value('settings-json');
  if (path === undefined && text === undefined) return settingsFromJson(undefined);
  const { yamlToJson } = await import('../policy/yaml-json.ts');
  if (path !== undefined) {
    const content = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new CliError(`Cannot open settings file ${path}: ${fileProblem(cause)}`);
    });
    return settings(`Cannot parse settings file ${path}`, () => yamlToJson(content));
  }
  return settings('Cannot parse settings JSON', () => yamlToJson(text!));
}

function settings(what: string, parse: () => Uint8Array): Uint8Array {
  let json: Uint8Array;
  try {
    json = parse();
  } catch (cause) {
    throw new CliError(`${what}: ${(cause as Error).message}`);
  }
  return settingsFromJson(json);
}
