import { readFile } from 'node:fs/promises';
import {
  annotateModule,
  annotationKeys,
  compareHostCapabilities,
  declaredModeProblem,
  decodeMetadata,
  isRegoModule,
  kubewardenVersion,
  usedHostCapabilities,
  validateMetadata,
  WasmFormatError,
  writeJson,
  type JsonValue,
  type Metadata,
} from '@kubewarden/policy';
import type { Invocation } from '../../command-line/model.ts';
import { parseYaml } from '../../policy/yaml-json.ts';
import { CliError, fileProblem } from '../../terminal/cli-error.ts';
import { quoted, type Logger } from '../../terminal/log.ts';
import { writeOutputFile } from '../../terminal/output-file.ts';

/** Embeds a metadata file in a module (kwctl.md 6.1). Silent when all is well. */
export async function run({ options, positionals, log }: Invocation): Promise<void> {
  const metadataPath = options.required('metadata-path');
  const usagePath = options.value('usage-path');
  const wasmPath = positionals[0]!;

  const usage = usagePath === undefined ? undefined : await readUsageFile(usagePath);
  const module = await read(wasmPath, 'Error reading wasm file');
  const rego = parsing('Error parsing wasm module', wasmPath, () => isRegoModule(module));
  const used = parsing('Error scanning wasm module', wasmPath, () => usedHostCapabilities(module));
  const declared = await readMetadataFile(metadataPath);

  const problem = declaredModeProblem(declared.executionMode, rego);
  if (problem !== undefined) throw new CliError(problem);
  const metadata: Metadata = {
    ...declared,
    protocolVersion: await protocolVersion(declared, module),
    annotations: policyAnnotations(declared, usage),
  };
  const [invalid] = validateMetadata(metadata);
  if (invalid !== undefined) {
    const place = invalid.path === '' ? '' : `${invalid.path}: `;
    throw new CliError(`Metadata is invalid: ${metadataPath}: ${place}${invalid.message}`);
  }
  warnAboutCapabilities(metadata, used, log, 'kwctl::annotate');
  await writeOutputFile(options.required('output-path'), annotateModule(module, metadata));
}

/**
 * Reads the text that tells users how to configure a policy.
 *
 * @throws CliError naming the file
 */
export async function readUsageFile(path: string): Promise<string> {
  return new TextDecoder().decode(await read(path, 'Error reading usage file'));
}

async function read(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CliError(`${what}: ${path}: ${fileProblem(cause)}`);
  }
}

function parsing<T>(what: string, path: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof WasmFormatError)) throw cause;
    throw new CliError(`${what}: ${path}: ${cause.message}`);
  }
}

/**
 * Reads a metadata.yml.
 *
 * @throws CliError naming the file, and line or field
 */
export async function readMetadataFile(path: string): Promise<Metadata> {
  const text = new TextDecoder().decode(await read(path, 'Error opening metadata file'));
  try {
    return decodeMetadata(writeJson(withoutEmptyLists(parseYaml(text))));
  } catch (cause) {
    throw new CliError(`Error unmarshalling metadata ${path}: ${(cause as Error).message}`);
  }
}

/** `rules:` with nothing behind it is how authors of raw policies write an empty list. */
function withoutEmptyLists(value: JsonValue): JsonValue {
  if (!(value instanceof Map)) return value;
  const lists = ['rules', 'contextAwareResources'].filter((key) => value.has(key) && value.get(key) === null);
  return new Map([...value, ...lists.map((key): [string, JsonValue] => [key, []])]);
}

/** A waPC policy is asked which protocol it speaks; the others have none. */
async function protocolVersion({ executionMode }: Metadata, module: Uint8Array): Promise<'v1' | 'Unknown'> {
  if (executionMode !== 'kubewarden-wapc') return 'Unknown';
  const { compilePolicyModule, createPolicyRuntime } = await import('@kubewarden/evaluator');
  try {
    const runtime = await createPolicyRuntime(await compilePolicyModule(module, { executionMode }));
    return await runtime.protocolVersion();
  } catch (cause) {
    throw new CliError(`Error while detecting Kubewarden protocol version: ${(cause as Error).message}`);
  }
}

/** The annotations of a policy: those of its author, its usage text, and the version of this program. */
export function policyAnnotations(metadata: Metadata, usage: string | undefined): Record<string, string> {
  return {
    ...metadata.annotations,
    ...(usage === undefined ? {} : { [annotationKeys.usage]: usage }),
    [annotationKeys.kwctl]: kubewardenVersion,
  };
}

/** Warns of host capabilities that a module and its metadata do not have in common. */
export function warnAboutCapabilities(
  metadata: Metadata,
  used: readonly string[],
  log: Logger,
  target: string,
): void {
  const { undeclared, undetected } = compareHostCapabilities(metadata.hostCapabilities ?? [], used);
  const warn = (message: string, capabilities: readonly string[]): void => {
    if (capabilities.length === 0) return;
    log('warn', target, message, { capabilities: `{${capabilities.map(quoted).join(', ')}}` });
  };
  warn('host capabilities used by the policy but not declared in metadata', undeclared);
  warn('host capabilities declared in metadata but not detected in the policy', undetected);
}
