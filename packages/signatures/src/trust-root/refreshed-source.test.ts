import { TrustedRoot } from '@sigstore/protobuf-specs';
import { describe, expect, it } from 'vitest';
import { TrustRootError } from '../errors.ts';
import { type LoadedTrustRoot, refreshedSource } from './refreshed-source.ts';

const hour = 60 * 60 * 1000;

/** A source whose loads end when the test says so, at times that the test sets. */
function arrange() {
  const clock = { now: 0 };
  const loads: PromiseWithResolvers<LoadedTrustRoot>[] = [];
  const source = refreshedSource(
    () => {
      const load = Promise.withResolvers<LoadedTrustRoot>();
      loads.push(load);
      return load.promise;
    },
    { now: () => clock.now },
  );
  return { clock, loads, source };
}

const root = (mediaType: string): TrustedRoot => TrustedRoot.fromJSON({ mediaType });

describe('refreshedSource', () => {
  it('loads when it is asked, once for all who wait', async () => {
    const { loads, source } = arrange();
    expect(loads).toHaveLength(0);
    const answers = Promise.all([source(), source(), source()]);
    expect(loads).toHaveLength(1);
    loads[0]!.resolve({ root: root('first'), current: true });
    expect((await answers).map(({ mediaType }) => mediaType)).toEqual(['first', 'first', 'first']);
    await source();
    expect(loads).toHaveLength(1);
  });

  it('loads again after a day and keeps what it has if that fails', async () => {
    const { clock, loads, source } = arrange();
    const first = source();
    loads[0]!.resolve({ root: root('first'), current: true });
    await first;
    clock.now = 24 * hour;
    const second = source();
    loads[1]!.resolve({ root: root('second'), current: true });
    expect((await second).mediaType).toBe('second');
    clock.now = 48 * hour;
    const third = source();
    loads[2]!.reject(new Error('no network'));
    expect((await third).mediaType).toBe('second');
  });

  it('gives out at once what is not current, and tries again beside it after a pause', async () => {
    const { clock, loads, source } = arrange();
    const first = source();
    loads[0]!.resolve({ root: root('packaged'), current: false });
    await first;
    clock.now = 29_999;
    await source();
    expect(loads).toHaveLength(1);
    clock.now = 30_000;
    expect((await source()).mediaType).toBe('packaged');
    expect((await source()).mediaType).toBe('packaged');
    expect(loads).toHaveLength(2);
    loads[1]!.resolve({ root: root('current'), current: true });
    await loads[1]!.promise;
    await Promise.resolve();
    expect((await source()).mediaType).toBe('current');
  });

  it('remembers a failure for 30 seconds, not for ever', async () => {
    const { clock, loads, source } = arrange();
    const first = source();
    loads[0]!.reject(new Error('the disk is gone'));
    await expect(first).rejects.toThrow(
      new TrustRootError('cannot obtain the Sigstore trust root: the disk is gone'),
    );
    clock.now = 29_999;
    await expect(source()).rejects.toThrow(TrustRootError);
    expect(loads).toHaveLength(1);
    clock.now = 30_000;
    const second = source();
    loads[1]!.resolve({ root: root('at last'), current: true });
    expect((await second).mediaType).toBe('at last');
  });
});
