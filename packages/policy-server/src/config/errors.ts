/** The configuration is wrong or cannot be read; the server does not start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
