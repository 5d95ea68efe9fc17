import { loadSigningKey, type ImageSigner } from '@kubewarden/signatures';
import type { Proxies } from '@kubewarden/registry';
import type { Invocation } from '../../command-line/model.ts';
import { CliError, fileProblem } from '../../terminal/cli-error.ts';
import { readInputFile } from '../../terminal/input-file.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** Keys, certificates and tokens are some kilobytes. */
const maximumFileBytes = 1024 * 1024;

/**
 * Who signs, as the flags say: a key, or the bearer of an identity token.
 *
 * @throws CliError if there is neither, or a file cannot be read
 * @throws SigningKeyError for a key that cannot be used
 */
export async function readSigner(
  { options, terminal }: Pick<Invocation, 'options' | 'terminal'>,
  proxies: Proxies,
): Promise<ImageSigner> {
  const rekorUrl = options.value('rekor-url');
  const timestampUrl = options.value('timestamp-url');
  const services = {
    ...(rekorUrl === undefined ? {} : { rekorUrl }),
    ...(timestampUrl === undefined ? {} : { timestampUrl }),
  };
  const keyPath = options.value('key');
  if (keyPath !== undefined) {
    const key = await readKey(keyPath, terminal);
    const certificate = await readOptional(options.value('certificate'));
    const certificateChain = await readOptional(options.value('certificate-chain'));
    return {
      kind: 'key',
      key,
      ...(certificate === undefined ? {} : { certificate }),
      ...(certificateChain === undefined ? {} : { certificateChain }),
      ...services,
    };
  }
  const missing = ['certificate', 'certificate-chain'].find((flag) => options.has(flag));
  if (missing !== undefined)
    throw new CliError(`--${missing} is of no use without the --key that it belongs to`);
  const identityToken = await readToken(options.value('identity-token'), terminal);
  const fulcioUrl = options.value('fulcio-url');
  return {
    kind: 'keyless',
    identityToken,
    ...(fulcioUrl === undefined ? {} : { fulcioUrl }),
    proxies,
    ...services,
  };
}

async function readKey(path: string, terminal: Terminal): ReturnType<typeof loadSigningKey> {
  const pem = await readText(path);
  const isEncrypted = pem.includes('ENCRYPTED');
  const password = isEncrypted ? await findPassword(terminal) : undefined;
  try {
    return await loadSigningKey(pem, password === undefined ? {} : { password });
  } catch (cause) {
    throw new CliError(`cannot use key ${path}: ${(cause as Error).message}`);
  }
}

/** The password of a private key: from the environment, or from whoever sits at the terminal. */
async function findPassword({
  environment,
  stdinIsTerminal,
  password,
}: Terminal): Promise<string | undefined> {
  const given = environment['COSIGN_PASSWORD'];
  if (given !== undefined) return given;
  return stdinIsTerminal ? password('Enter password for private key: ') : undefined;
}

/** A token given as it is, in a file (`@path`), on standard input (`-`) or in the environment. */
async function readToken(given: string | undefined, terminal: Terminal): Promise<string> {
  const text = given ?? terminal.environment['SIGSTORE_ID_TOKEN'];
  if (text === undefined || text === '') {
    throw new CliError(
      'nothing to sign with: --key is missing, or for keyless signatures --identity-token or SIGSTORE_ID_TOKEN',
    );
  }
  if (given === '-') return new TextDecoder().decode(await terminal.stdin()).trim();
  if (given?.startsWith('@')) return (await readText(given.slice(1))).trim();
  return text.trim();
}

async function readOptional(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : readText(path);
}

async function readText(path: string): Promise<string> {
  try {
    return (await readInputFile(path, maximumFileBytes)).toString('utf8');
  } catch (cause) {
    throw new CliError(`cannot read file ${path}: ${fileProblem(cause)}`);
  }
}
