import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPolicyFile, maximumPolicyBytes } from './policy-file.ts';
import { plainModule } from './testing/modules.ts';

async function check(pieces: readonly Uint8Array[], maximumBytes?: number): Promise<Buffer> {
  const passed: Uint8Array[] = [];
  async function* content(): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield* pieces;
  }
  for await (const piece of checkPolicyFile(content(), maximumBytes)) passed.push(piece);
  return Buffer.concat(passed);
}

describe('checkPolicyFile', () => {
  it('passes a module on, however it comes in pieces', async () => {
    const module = Buffer.from(plainModule(30));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: module.byteLength })), async (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), module.byteLength];
        const pieces = edges.slice(1).map((end, index) => module.subarray(edges[index], end));
        expect(await check(pieces)).toEqual(module);
      }),
    );
  });

  it.each(['', '\0as', '<html>', '\0asn\u0001'])('refuses %j', async (text) => {
    await expect(check([Buffer.from(text)])).rejects.toThrow('invalid wasm file');
    await expect(check([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).rejects.toThrow(
      'invalid wasm file',
    );
  });

  it('bounds the size', async () => {
    expect(maximumPolicyBytes).toBe(268_435_456);
    const pieces = [plainModule(), new Uint8Array(2)];
    expect(await check(pieces, 10)).toHaveLength(10);
    await expect(check(pieces, 9)).rejects.toThrow('the policy is larger than 9 bytes');
  });
});
