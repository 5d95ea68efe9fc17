import { MetadataError, readMetadata } from '@kubewarden/policy';
import { describe, expect, it } from 'vitest';
import { readMetadataInPieces } from './metadata-in-pieces.ts';
import { plainModule, policyModule } from './testing/modules.ts';

const limits = { windowBytes: 100, maximumReads: 16 };

/** Reads a module in pieces, and counts bytes and reads. */
function read(module: Uint8Array, given = limits, size = module.byteLength) {
  const cost = { bytes: 0, reads: 0 };
  const metadata = readMetadataInPieces(
    size,
    (start, end) => {
      cost.reads += 1;
      cost.bytes += end - start;
      return Promise.resolve(module.subarray(start, end));
    },
    given,
  );
  return { metadata, cost };
}

function withSections(count: number): Uint8Array {
  const section = plainModule(200).subarray(8);
  return Buffer.concat([plainModule(), ...Array.from({ length: count }, () => section)]);
}

describe('readMetadataInPieces', () => {
  it('finds what reading the whole module finds, and skips what lies before it', async () => {
    const module = policyModule({ mutating: true, annotations: { a: 'b'.repeat(5000) } }, 1_000_000);
    const { metadata, cost } = read(module);
    expect(await metadata).toEqual(readMetadata(module));
    expect(cost.reads).toBe(3);
    expect(cost.bytes).toBeLessThan(6000);
  });

  it('finds none where there is none', async () => {
    for (const module of [plainModule(), plainModule(50), plainModule(3000)]) {
      expect(await read(module).metadata).toBeUndefined();
    }
  });

  it.each([
    ['nothing', new Uint8Array(0), 'magic number is missing'],
    ['no module', Buffer.from('<html></html>'), 'magic number is missing'],
    ['a component', Buffer.from('0061736d0d000100', 'hex'), 'WebAssembly component'],
    [
      'a section that is too long',
      Buffer.from('0061736d010000000064', 'hex'),
      '100 bytes but only 0 are left',
    ],
    ['a length that goes on', Buffer.from('0061736d0100000000ffffffffff', 'hex'), 'longer than 32 bits'],
    ['half a header', Buffer.from('0061736d010000000080', 'hex'), 'unexpected end'],
    ['an unknown section', Buffer.from('0061736d010000002000', 'hex'), 'section id 32 is unknown'],
    ['metadata that are no JSON', policyModule().map((byte) => (byte === 0x7b ? 0x7c : byte)), 'deserialize'],
  ])('refuses %s', async (_what, module, message) => {
    const failure = await read(module).metadata.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MetadataError);
    expect((failure as Error).message).toContain(message);
  });

  it('bounds reads, sections and the size of metadata', async () => {
    await expect(read(withSections(100)).metadata).rejects.toThrow('not found within 16 reads');
    const generous = { windowBytes: 10_000, maximumReads: 1_000 };
    expect(await read(withSections(4096), generous).metadata).toBeUndefined();
    await expect(read(withSections(4097), generous).metadata).rejects.toThrow('more than 4096 sections');
    const huge = policyModule({ annotations: { a: 'b'.repeat(1024 * 1024) } });
    await expect(read(huge).metadata).rejects.toThrow('metadata is larger than 1048576 bytes');
    await expect(read(plainModule(), limits, 1000).metadata).rejects.toThrow('shorter than it should be');
  });
});
