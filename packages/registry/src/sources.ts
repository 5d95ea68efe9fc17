import type { Proxies } from './transport/proxies.ts';

/** How hosts are reached: the content of `sources.yaml`, with all certificates read. */
export interface Sources {
  /** `host` or `host:port` whose TLS need not verify, and that may be reached by plain HTTP. */
  readonly insecureSources: ReadonlySet<string>;
  /** `host` or `host:port` to the PEM texts of the authorities it is trusted by, besides the usual ones. */
  readonly sourceAuthorities: ReadonlyMap<string, readonly string[]>;
  /** Takes precedence over the environment as a whole. */
  readonly proxies?: Proxies;
}

export const noSources: Sources = { insecureSources: new Set(), sourceAuthorities: new Map() };
