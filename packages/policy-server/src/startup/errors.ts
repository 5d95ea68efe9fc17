/** The policies cannot be served; the server does not start. */
export class BootstrapError extends Error {
  override readonly name = 'BootstrapError';
}
