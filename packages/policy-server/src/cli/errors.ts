/** The command line or an environment variable is wrong; ends the program with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
