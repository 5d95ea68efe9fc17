import { NotAuthorizedError, NotInRegistryError, RegistryError } from '../errors.ts';
import { readBytes } from '../transport/read-body.ts';
import { quote, redact } from '../transport/redact.ts';
import type { Answer } from '../transport/transport.ts';

const maximumBytes = 64 * 1024;

/** The error for an answer that is no success, with what the registry says about it. */
export async function registryFailure(answer: Answer): Promise<RegistryError> {
  const text = await readText(answer);
  const said = envelopeMessages(text);
  const url = redact(answer.url);
  const retryAfter = /^\d{1,6}$/.exec(answer.header('retry-after') ?? '')?.[0];
  const message =
    said === undefined
      ? `Server error: url ${url}, code: ${answer.status}, message: ${quote(text)}`
      : `Registry error: url ${url}, envelope: OCI API errors: [${said.join(', ')}]`;
  const whole = retryAfter === undefined ? message : `${message} (to be tried again after ${retryAfter} s)`;
  if (answer.status === 403) return new NotAuthorizedError(whole);
  return answer.status === 404 ? new NotInRegistryError(whole) : new RegistryError(whole);
}

/** The error for a status of success that is not the one that the specification names. */
export function unexpectedStatus(expected: number, answer: Answer): RegistryError {
  return new RegistryError(
    `OCI distribution spec violation: Expected HTTP Status ${expected}, got ${answer.status} instead`,
  );
}

async function readText(answer: Answer): Promise<string> {
  try {
    return Buffer.from(
      await readBytes(answer, maximumBytes, () => new RegistryError('too large')),
    ).toString();
  } catch {
    // The status says enough.
    return '';
  }
}

/** The error envelope of the distribution specification. */
function envelopeMessages(text: string): string[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const errors = (document as { errors?: unknown } | null)?.errors;
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  return errors.slice(0, 5).map((entry: unknown) => {
    const { code, message } = (entry ?? {}) as Readonly<Record<string, string | undefined>>;
    return `OCI API error: ${quote([message, code].find((text) => typeof text === 'string' && text !== '') ?? '')}`;
  });
}
