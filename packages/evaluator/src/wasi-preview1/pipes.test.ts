import { describe, expect, it } from 'vitest';
import { ByteCollector, InputPipe } from './pipes.ts';

describe('InputPipe', () => {
  it('traps a guest that asks and asks and never reads', () => {
    const pipe = new InputPipe(10_000);
    pipe.append(new Uint8Array(6000));
    expect(() => pipe.append(new Uint8Array(5000))).toThrow(
      'more than 10000 bytes wait in stdin without being read',
    );
    pipe.read(new Uint8Array(6000));
    pipe.append(new Uint8Array(9000));
    expect(pipe.pending).toBe(9000);
  });

  it('counts many small pieces for more than their bytes', () => {
    const pipe = new InputPipe(10_000);
    const flood = (): void => {
      for (let piece = 0; piece < 100; piece++) pipe.append(Uint8Array.of(piece));
    };
    expect(flood).toThrow('wait in stdin');
    const read = new Uint8Array(100);
    expect(pipe.read(read.subarray(0, 7)) + pipe.read(read.subarray(7))).toBeLessThan(100);
    expect([...read.subarray(0, 9)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
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
