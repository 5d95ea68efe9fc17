import { createRequire } from 'node:module';
import { type Proxies, proxiesFromEnvironment } from '@kubewarden/registry';
import { refreshedSource } from './refreshed-source.ts';
import type { TrustRootSource } from './trust-root.ts';
import type { TufSeed } from './tuf-trust-root.ts';

export interface PublicGoodTrustRootOptions {
  /** Made when there is something to keep. */
  readonly cacheDirectory: string;
  /** Those of the environment by default. */
  readonly proxies?: Proxies;
  /** Hears, once for each reason, why a trust root is used that may not be the current one. */
  readonly warn?: (message: string) => void;
}

const mirrorUrl = 'https://tuf-repo-cdn.sigstore.dev';
const downloadTimeout = 5_000;

/**
 * The trust root of the public Sigstore instance. Nothing is loaded, read or asked for until it is needed; then it
 * comes from the TUF repository, at most once a day, with at most 5 seconds spent on the network.
 */
export function publicGoodTrustRoot(options: PublicGoodTrustRootOptions): TrustRootSource {
  const said = new Set<string>();
  const warn = (message: string): void => {
    if (said.has(message)) return;
    said.add(message);
    options.warn?.(message);
  };
  return refreshedSource(async () => {
    const { tufTrustRoot } = await import('./tuf-trust-root.ts');
    return tufTrustRoot({
      mirrorUrl,
      seed: packagedSeed(),
      cacheDirectory: options.cacheDirectory,
      proxies: options.proxies ?? proxiesFromEnvironment(process.env),
      warn,
      timeout: downloadTimeout,
    });
  });
}

/** `@sigstore/tuf` is published with the root and the targets of its day. */
function packagedSeed(): TufSeed {
  const seeds = createRequire(import.meta.url)('@sigstore/tuf/seeds.json') as Readonly<
    Record<string, { readonly 'root.json': string; readonly targets: Readonly<Record<string, string>> }>
  >;
  const seed = seeds[mirrorUrl];
  const trustedRoot = seed?.targets['trusted_root.json'];
  if (seed === undefined || trustedRoot === undefined) throw new Error('no trust root was packaged');
  return { root: Buffer.from(seed['root.json'], 'base64'), trustedRoot: Buffer.from(trustedRoot, 'base64') };
}
