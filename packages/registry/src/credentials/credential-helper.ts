import { spawn } from 'node:child_process';
import { quote } from '../transport/redact.ts';
import type { Credential } from './credential.ts';

export interface HelperOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A helper that takes longer is ended. */
  readonly milliseconds: number;
}

/** A helper that cannot be used; the message names it. */
export class CredentialHelperError extends Error {}

const maximumOutputBytes = 64 * 1024;
const nameGrammar = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** What helpers say, by convention, of servers that they do not know. */
const unknownServer = /credentials not found|no credentials|not found in native keychain/i;

/**
 * Asks a docker credential helper: runs `docker-credential-<name> get`, with the server on standard input.
 *
 * @returns `undefined` when the helper knows nothing of the server
 * @throws CredentialHelperError
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  options: HelperOptions,
): Promise<Credential | undefined> {
  if (!nameGrammar.test(name)) {
    throw new CredentialHelperError(`${JSON.stringify(name)} is no name of a credential helper`);
  }
  const program = `docker-credential-${name}`;
  const { code, output } = await run(program, server, options);
  if (code !== 0) {
    if (unknownServer.test(output)) return undefined;
    // What looks like an answer may hold a secret.
    const said = output.includes('{') ? '' : `: ${quote(output)}`;
    throw new CredentialHelperError(`the credential helper ${program} failed with exit code ${code}${said}`);
  }
  return decodeAnswer(output, program);
}

function decodeAnswer(output: string, program: string): Credential | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    // The parser's message would quote the answer.
  }
  const { Username: username, Secret: secret } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw new CredentialHelperError(`the credential helper ${program} sent no user name and secret`);
  }
  if (secret === '') return undefined;
  return username === '<token>'
    ? { kind: 'identity-token', token: secret }
    : { kind: 'password', username, password: secret };
}

function run(
  program: string,
  input: string,
  { environment, milliseconds }: HelperOptions,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], env: { ...environment } });
    const pieces: Buffer[] = [];
    let size = 0;
    const end = (error?: CredentialHelperError): void => {
      clearTimeout(timer);
      // Programs that it has started itself may hold the pipe open.
      child.stdout.destroy();
      if (error === undefined) return;
      child.kill('SIGKILL');
      reject(error);
    };
    const timer = setTimeout(
      () =>
        end(
          new CredentialHelperError(
            `the credential helper ${program} did not answer within ${milliseconds} ms`,
          ),
        ),
      milliseconds,
    );
    child.stdout.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > maximumOutputBytes) {
        const message = `the credential helper ${program} sent more than ${maximumOutputBytes} bytes`;
        end(new CredentialHelperError(message));
      } else pieces.push(piece);
    });
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'ENOENT' ? 'is not on the PATH' : `cannot be run: ${cause.message}`;
      end(new CredentialHelperError(`the credential helper ${program} ${reason}`, { cause }));
    });
    child.once('close', (code) => {
      end();
      resolve({ code, output: Buffer.concat(pieces).toString() });
    });
    // A helper need not read what it is asked.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
