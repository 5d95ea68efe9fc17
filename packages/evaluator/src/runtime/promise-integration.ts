/**
 * WebAssembly promise integration: a guest that calls an import which answers with a promise is suspended, and
 * the thread goes on with other work. An import that answers at once costs nothing extra.
 *
 * Guests reach suspending imports only when they were entered through {@link promisingExport}.
 */
interface PromiseIntegration {
  readonly Suspending?: new (run: (...parameters: never[]) => unknown) => WebAssembly.ImportValue;
  readonly promising?: (
    run: WebAssembly.ExportValue,
  ) => (...parameters: readonly (number | bigint)[]) => Promise<unknown>;
}

const { Suspending, promising } = WebAssembly as PromiseIntegration;

const missing =
  'this JavaScript engine lacks WebAssembly promise integration (Node 24 and current browsers have it)';

/** An import during which the guest may have to wait: the function returns the result or a promise of it. */
export function suspendingImport(run: (...parameters: never[]) => unknown): WebAssembly.ImportValue {
  if (Suspending === undefined) throw new Error(missing);
  return new Suspending(run);
}

/** An entry into the guest. The promise is rejected with whatever the guest or one of its imports throws. */
export function promisingExport(
  run: WebAssembly.ExportValue,
): (...parameters: readonly (number | bigint)[]) => Promise<unknown> {
  if (promising === undefined) throw new Error(missing);
  return promising(run);
}
