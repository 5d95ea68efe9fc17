import { readFile } from 'node:fs/promises';
import { decodeRawRequest, decodeRequestFile, JsonSyntaxError } from '@kubewarden/policy';
import type { EvaluationInput } from '@kubewarden/evaluator';
import { CliError, fileProblem } from '../terminal/cli-error.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The request file of a run; decoded for each policy as that policy wants it. */
export interface RequestFile {
  /** @throws CliError if the file does not hold an admission request */
  kubernetes(): EvaluationInput;
  raw(): EvaluationInput;
}

/**
 * Reads a request.
 *
 * @param path `-` is standard input
 * @throws CliError if it cannot be read or is not JSON
 */
export async function readRequest(path: string, terminal: Terminal): Promise<RequestFile> {
  const name = path === '-' ? 'standard input' : path;
  const body = await read(path, terminal);
  const decode = <T>(decoder: (body: Uint8Array) => T): T => {
    try {
      return decoder(body);
    } catch (cause) {
      throw new CliError(
        cause instanceof JsonSyntaxError ? `${name}: ${cause.message}` : (cause as Error).message,
      );
    }
  };
  decode(decodeRawRequest);
  return {
    kubernetes: () => ({ kind: 'kubernetes', request: decode(decodeRequestFile) }),
    raw: () => ({ kind: 'raw', request: decode(decodeRawRequest) }),
  };
}

async function read(path: string, terminal: Terminal): Promise<Uint8Array> {
  try {
    return path === '-' ? await terminal.stdin() : await readFile(path);
  } catch (cause) {
    throw new CliError(
      path === '-'
        ? `Error reading request from stdin: ${fileProblem(cause)}`
        : `Error opening request file ${path}; ${fileProblem(cause)}`,
    );
  }
}
