import { readFile } from 'node:fs/promises';
import { JsonSyntaxError, settingsFromJson } from '@kubewarden/policy';
import type { ParsedOptions } from '../command-line/parsed-options.ts';
import { CliError, fileProblem } from '../terminal/cli-error.ts';

/**
 * The settings given on the command line: canonical JSON of an object, `{}` without any. A file (YAML or JSON)
 * wins over a text (JSON).
 *
 * @throws CliError naming the file
 * @throws SettingsError if they are no object
 */
export async function readSettings(options: ParsedOptions): Promise<Uint8Array> {
  const path = options.value('settings-path');
  if (path !== undefined) return readSettingsFile(path);
  const text = options.value('settings-json');
  if (text === undefined) return settingsFromJson(undefined);
  try {
    return settingsFromJson(Buffer.from(text));
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    throw new CliError(`Cannot parse settings JSON: ${cause.message}`);
  }
}

async function readSettingsFile(path: string): Promise<Uint8Array> {
  const content = await readFile(path).catch((cause: unknown) => {
    throw new CliError(`Cannot open settings file ${path}: ${fileProblem(cause)}`);
  });
  try {
    return settingsFromJson(content);
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    // Not JSON, so the library for YAML is worth the time that it takes to load.
  }
  const { yamlToJson } = await import('../policy/yaml-json.ts');
  let json: Uint8Array;
  try {
    json = yamlToJson(content.toString());
  } catch (cause) {
    throw new CliError(`Cannot parse settings file ${path}: ${(cause as Error).message.trimEnd()}`);
  }
  return settingsFromJson(json);
}
