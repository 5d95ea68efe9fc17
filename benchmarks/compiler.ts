/**
 * Measures what authors and operators feel of a policy in TypeScript: build, size, and the cost of an evaluation on an
 * instance of the module alone, without an evaluator.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { compilePolicy } from '../packages/policy-compiler/dist/index.js';
import { realisticReview, root } from './fixtures.ts';
import type { Figure } from './report.ts';

function nothing(): number {
  return 0;
}

/** A waPC guest with a host that has nothing to say. */
class Instance {
  readonly #instance: WebAssembly.Instance;
  #payload = new Uint8Array();
  #failure: string | undefined;

  constructor(module: WebAssembly.Module) {
    const operation = new TextEncoder().encode('validate');
    const memory = (address: number, length: number): Uint8Array<ArrayBuffer> =>
      new Uint8Array((this.#instance.exports['memory'] as WebAssembly.Memory).buffer, address, length);
    this.#instance = new WebAssembly.Instance(module, {
      wapc: {
        __guest_request: (operationAddress: number, payloadAddress: number): void => {
          memory(operationAddress, operation.length).set(operation);
          memory(payloadAddress, this.#payload.length).set(this.#payload);
        },
        __guest_response: nothing,
        __guest_error: (address: number, length: number): void => {
          this.#failure = new TextDecoder().decode(memory(address, length));
        },
        ...Object.fromEntries(
          ['call', 'response', 'response_len', 'error', 'error_len'].map((name) => [
            `__host_${name}`,
            nothing,
          ]),
        ),
      },
      wasi_snapshot_preview1: {
        random_get: (address: number, length: number): number => {
          crypto.getRandomValues(memory(address, length));
          return 0;
        },
        ...Object.fromEntries(
          ['clock_time_get', 'fd_write', 'fd_seek', 'fd_close', 'fd_fdstat_get'].map((name) => [
            name,
            nothing,
          ]),
        ),
      },
    });
  }

  call(payload: Uint8Array<ArrayBuffer>): void {
    this.#payload = payload;
    (this.#instance.exports['__guest_call'] as (operation: number, payload: number) => number)(
      8,
      payload.length,
    );
    if (this.#failure !== undefined) throw new Error(this.#failure);
  }
}

/** Median of the milliseconds that something takes; the first tenth does not count. */
function median(count: number, measured: () => void): number {
  const times = Array.from({ length: count }, () => {
    const started = performance.now();
    measured();
    return performance.now() - started;
  }).slice(count / 10);
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

function toPayload(request: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({ request, settings: {} }));
}

/** A pod with nothing in it but a container: about 600 bytes. */
const smallPayload = toPayload(
  (
    JSON.parse(readFileSync(join(root, 'guests/requests/pod-plain.json'), 'utf8')) as {
      readonly request: unknown;
    }
  ).request,
);

/** A realistic pod, with annotations of about that many bytes. */
function realisticPayload(padding: number): Uint8Array<ArrayBuffer> {
  const { request } = JSON.parse(realisticReview) as { request: { object: { metadata: object } } };
  const annotations = Object.fromEntries(
    Array.from({ length: padding / 1000 }, (_, index) => [`example.com/${index}`, 'x'.repeat(980)]),
  );
  request.object.metadata = { ...request.object.metadata, annotations };
  return toPayload(request);
}

/** Builds, sizes and evaluations of pod-privileged in TypeScript. */
export async function measureCompiler(): Promise<Figure[]> {
  const entry = join(root, 'guests/typescript/pod-privileged.ts');
  const started = performance.now();
  const { wasm } = await compilePolicy({ entry, abi: 'wapc' });
  const built = performance.now();
  const module = await WebAssembly.compile(wasm);
  const [realistic, large] = [realisticPayload(0), realisticPayload(1_000_000)];
  const warm = new Instance(module);
  return [
    { name: 'TypeScript, build', value: (built - started) / 1000, unit: 's', bar: 5 },
    { name: 'TypeScript, module', value: wasm.length / 1000, unit: 'kB', bar: 900 },
    { name: 'TypeScript, module, gzip', value: gzipSync(wasm).length / 1000, unit: 'kB', bar: 400 },
    {
      name: 'TypeScript, fresh instance and one call',
      value: median(500, () => new Instance(module).call(smallPayload)),
      unit: 'ms',
      bar: 0.5,
    },
    {
      name: 'TypeScript, call of a warm instance',
      value: median(20_000, () => warm.call(smallPayload)) * 1000,
      unit: 'µs',
      bar: 20,
    },
    {
      name: 'TypeScript, call of a warm instance, review of 5 kB',
      value: median(5000, () => warm.call(realistic)) * 1000,
      unit: 'µs',
    },
    {
      name: 'TypeScript, request of 1 MB',
      value: median(50, () => new Instance(module).call(large)),
      unit: 'ms',
      bar: 25,
    },
  ];
}

if (import.meta.main) {
  const { printFigures } = await import('./report.ts');
  printFigures(await measureCompiler());
}
