import { statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credential, CredentialSource } from './credential.ts';
import { askCredentialHelper, CredentialHelperError, type HelperOptions } from './credential-helper.ts';
import {
  credentialInFile,
  decodeDockerConfig,
  type DockerConfig,
  DockerConfigError,
  helperFor,
  helperServers,
} from './docker-config.ts';

export interface DockerCredentialsOptions {
  /** The folder of a `config.json`, or such a file. Default: `$DOCKER_CONFIG`, else `~/.docker`. */
  readonly path?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Hears what is wrong with the file or with a helper; the registry is then asked anonymously. */
  readonly warn?: (message: string) => void;
  /** How long a credential helper may take, in milliseconds. Default 10,000. */
  readonly helperMilliseconds?: number;
}

const maximumFileBytes = 4 * 1024 * 1024;

/**
 * The credentials that docker has for registries: from its `config.json`, or from the helpers that are named
 * there. The file is read anew for each look-up.
 */
export function dockerCredentials(options: DockerCredentialsOptions): CredentialSource {
  const { environment, helperMilliseconds: milliseconds = 10_000 } = options;
  const warn = options.warn ?? (() => undefined);
  const file = configFile(options.path, environment);
  const isExplicit = options.path !== undefined;

  const find = async (registry: string): Promise<Credential | undefined> => {
    try {
      const config = await readConfig(file);
      if (config !== undefined) return await findCredential(config, registry, { environment, milliseconds });
      if (isExplicit) {
        warn(
          'Docker config file not found. Check if you are pointing to the directory containing the file. ' +
            `The file path should be ${file}.`,
        );
      }
    } catch (error) {
      if (!(error instanceof DockerConfigError) && !(error instanceof CredentialHelperError)) throw error;
      warn(
        `no credentials for ${registry} can be taken from ${file}: ${error.message}; using anonymous access instead`,
      );
    }
    return undefined;
  };
  return Object.assign(find, { description: file });
}

function configFile(
  path: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const home = environment['HOME'] || environment['USERPROFILE'] || homedir();
  const given = path ?? (environment['DOCKER_CONFIG'] || join(home, '.docker'));
  const found = statSync(given, { throwIfNoEntry: false });
  const isFile = found === undefined ? given.endsWith('.json') : !found.isDirectory();
  return isFile ? given : join(given, 'config.json');
}

async function readConfig(file: string): Promise<DockerConfig | undefined> {
  let text: string;
  try {
    const found = await stat(file);
    if (!found.isFile() || found.size > maximumFileBytes) {
      throw new DockerConfigError(`it is no file of at most ${maximumFileBytes} bytes`);
    }
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof DockerConfigError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new DockerConfigError(`it cannot be read: ${message}`, { cause });
  }
  return decodeDockerConfig(text);
}

async function findCredential(
  config: DockerConfig,
  registry: string,
  options: HelperOptions,
): Promise<Credential | undefined> {
  const helper = helperFor(config, registry);
  if (helper !== undefined) return askHelper(helper, registry, options);
  const credential = credentialInFile(config, registry);
  if (credential !== undefined || config.credsStore === undefined) return credential;
  return askHelper(config.credsStore, registry, options);
}

async function askHelper(
  helper: string,
  registry: string,
  options: HelperOptions,
): Promise<Credential | undefined> {
  for (const server of helperServers(registry)) {
    const credential = await askCredentialHelper(helper, server, options);
    if (credential !== undefined) return credential;
  }
  return undefined;
}
