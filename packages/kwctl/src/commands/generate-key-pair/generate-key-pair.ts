import { open, rm } from 'node:fs/promises';
import { generateSigningKey } from '@kubewarden/signatures';
import type { Invocation } from '../../command-line/model.ts';
import { CliError, fileProblem } from '../../terminal/cli-error.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** Only the owner reads the private key. */
const privateMode = 0o600;
const publicMode = 0o644;

/** Makes a key pair as `cosign generate-key-pair` does. */
export async function run({ options, terminal }: Invocation): Promise<void> {
  const prefix = options.value('output-key-prefix') ?? 'cosign';
  const password = await choosePassword(terminal);
  const { privateKeyFile, publicKeyPem } = await generateSigningKey(password);
  const keyPath = `${prefix}.key`;
  const publicPath = `${prefix}.pub`;
  await writeNewFile(keyPath, privateKeyFile, privateMode);
  try {
    await writeNewFile(publicPath, publicKeyPem, publicMode);
  } catch (error) {
    await rm(keyPath, { force: true });
    throw error;
  }
  terminal.stderr(`Private key written to ${keyPath}\nPublic key written to ${publicPath}\n`);
}

async function choosePassword({ environment, stdinIsTerminal, password }: Terminal): Promise<string> {
  const given = environment['COSIGN_PASSWORD'];
  if (given !== undefined) return given;
  if (!stdinIsTerminal) {
    throw new CliError(
      'a password for the private key is needed: set COSIGN_PASSWORD, or run this on a terminal',
    );
  }
  const chosen = await password('Enter password for private key: ');
  if ((await password('Enter password for private key again: ')) !== chosen) {
    throw new CliError('the two passwords are not the same');
  }
  return chosen;
}

/** Writes a file that is not there yet: a key that was there may be the only one that opens something. */
async function writeNewFile(path: string, content: string, mode: number): Promise<void> {
  try {
    const file = await open(path, 'wx', mode);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'EEXIST' ? 'it is there already' : fileProblem(cause);
    throw new CliError(`cannot create file ${path}: ${reason}`);
  }
}
