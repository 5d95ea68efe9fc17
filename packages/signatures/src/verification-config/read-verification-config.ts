import { createReadStream } from 'node:fs';
import { VerificationConfigError } from '../errors.ts';
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
    throw new VerificationConfigError(`${(cause as Error).message} (${path})`, { cause });
  }
}

async function readText(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > maximumBytes) throw new Error(`${path} is larger than ${maximumBytes} bytes`);
    }
  } catch (cause) {
    throw new VerificationConfigError(`failed to read verification file: ${reason(cause, path)}`, { cause });
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reason(cause: unknown, path: string): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `No such file or directory (os error 2): ${path}`;
  return message;
}
