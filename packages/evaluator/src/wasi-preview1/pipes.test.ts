import { describe, expect, it } from 'vitest';
import { ByteCollector, InputPipe } from './pipes.ts';

describe('InputPipe', () => {
  it('traps a guest that asks and asks and never reads', () => {
    const pipe = new InputPipe(10);
    pipe.append(new Uint8Array(6));
    expect(() => pipe.append(new Uint8Array(5))).toThrow(
      'more than 10 bytes wait in stdin without being read',
    );
    pipe.read(new Uint8Array(4));
    pipe.append(new Uint8Array(5));
    expect(pipe.pending).toBe(7);
  });
});

describe('ByteCollector', () => {
  it('keeps bytes in order while it grows, and none beyond its limit', () => {
    const collector = new ByteCollector(5000);
    const piece = new Uint8Array(700).map((_, index) => index);
    const taken = Array.from({ length: 8 }, () => collector.write(piece));
    expect(taken).toEqual([true, true, true, true, true, true, true, false]);
    expect(collector.bytes.byteLength).toBe(4900);
    expect(collector.bytes.subarray(4200)).toEqual(piece);
    // What fits is still taken: one refusal does not end the stream.
    expect(collector.write(new Uint8Array(100))).toBe(true);
    expect(collector.overflowed).toBe(true);
  });
});
