import { createReadStream } from 'node:fs';
import { VerificationConfigError } from '../errors.ts';
import { fileProblem } from '../file-problem.ts';
import type { VerificationConfig } from './verification-config.ts';

const maximumBytes = 1024 * 1024;

/**
 * Reads a verification config of version v1; a missing `apiVersion` counts as v1. A config that demands no
 * signature at all is refused.
 *
 * @throws VerificationConfigError naming the file, and field and line where there are such
 */
export async function readVerificationConfig(path: string): Promise<VerificationConfig> {
  const text = await readText(path);
  const { parseVerificationConfig } = await import('./parse-verification-config.ts');
  try {
    return parseVerificationConfig(text);
  } catch (cause) {
    throw new VerificationConfigError((cause as Error).message, { path, cause });
  }
}

async function readText(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > maximumBytes) throw new Error(`it is larger than ${maximumBytes} bytes`);
    }
  } catch (cause) {
    const problem = `failed to read verification file: ${fileProblem(cause)}`;
    throw new VerificationConfigError(problem, { path, cause });
  }
  return Buffer.concat(chunks).toString('utf8');
}
