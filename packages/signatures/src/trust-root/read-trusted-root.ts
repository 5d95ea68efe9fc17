import { X509Certificate } from 'node:crypto';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial } from '@sigstore/verify';
import { TrustRootError } from '../errors.ts';

export interface ReadTrustedRootOptions {
  /**
   * What to do about logs with keys of a kind that is not known here: a file that someone wrote is refused, a
   * published root may be newer than this build.
   */
  readonly unknownLogs: 'refuse' | 'skip';
}

const lists = ['tlogs', 'ctlogs', 'certificateAuthorities', 'timestampAuthorities'] as const;
type List = (typeof lists)[number];
type Log = TrustedRoot['tlogs'][number];
type Authority = TrustedRoot['certificateAuthorities'][number];

/**
 * Makes a trusted root of its JSON (sigstore/protobuf-specs, `sigstore_trustroot.proto`; the names of fields in
 * either form). All certificates, keys and times are checked, so that none of them can fail later.
 *
 * @throws TrustRootError that names the field
 */
export function readTrustedRoot(json: unknown, options: ReadTrustedRootOptions): TrustedRoot {
  const object = camelCased(json);
  if (!isObject(object)) throw new TrustRootError('the trusted root is not an object');
  for (const list of lists) {
    const value = object[list] ?? [];
    if (!Array.isArray(value)) throw new TrustRootError(`${list} is not a list`);
  }
  const root: TrustedRoot = {
    ...TrustedRoot.fromJSON({ mediaType: object['mediaType'] }),
    certificateAuthorities: readAuthorities(object, 'certificateAuthorities'),
    timestampAuthorities: readAuthorities(object, 'timestampAuthorities'),
    tlogs: readLogs(object, 'tlogs', options),
    ctlogs: readLogs(object, 'ctlogs', options),
  };
  if (root.certificateAuthorities.length === 0) throw new TrustRootError('Fulcio certificates not found');
  return root;
}

function readAuthorities(object: Record<string, unknown>, list: List): Authority[] {
  return entries(object, list).map((entry, index) => {
    const path = `${list}[${index}]`;
    const [authority] = decode(path, () => TrustedRoot.fromJSON({ certificateAuthorities: [entry] }))
      .certificateAuthorities as [Authority];
    const certificates = authority.certChain?.certificates ?? [];
    if (certificates.length === 0) throw new TrustRootError(`${path}.certChain holds no certificates`);
    for (const [position, { rawBytes }] of certificates.entries()) {
      decode(`${path}.certChain.certificates[${position}]`, () => {
        void new X509Certificate(rawBytes);
      });
    }
    // Whoever verifies has the same done to the whole root, where one bad part would spoil all.
    decode(`${path}.certChain`, () => {
      toTrustMaterial({ ...TrustedRoot.fromJSON({}), certificateAuthorities: [authority] });
    });
    checkTimes(path, authority.validFor);
    return authority;
  });
}

function readLogs(object: Record<string, unknown>, list: List, options: ReadTrustedRootOptions): Log[] {
  const listed = entries(object, list);
  const logs = listed.flatMap((entry, index) => {
    const path = `${list}[${index}]`;
    try {
      return [readLog(path, entry)];
    } catch (error) {
      if (options.unknownLogs === 'skip') return [];
      throw error;
    }
  });
  // A root that names no log asks for none. One of which no log can be read must not pass for such a root.
  if (listed.length > 0 && logs.length === 0) throw new TrustRootError(`none of ${list} can be used`);
  return logs;
}

function readLog(path: string, entry: unknown): Log {
  const [log] = decode(path, () => TrustedRoot.fromJSON({ tlogs: [entry] })).tlogs as [Log];
  const { publicKey, logId } = log;
  if (publicKey?.rawBytes === undefined) throw new TrustRootError(`${path}.publicKey.rawBytes is missing`);
  if (logId === undefined || logId.keyId.length === 0) {
    throw new TrustRootError(`${path}.logId.keyId is missing`);
  }
  decode(`${path}.publicKey`, () => {
    toTrustMaterial({ ...TrustedRoot.fromJSON({}), tlogs: [log] });
  });
  checkTimes(`${path}.publicKey`, publicKey.validFor);
  return log;
}

function checkTimes(
  path: string,
  validFor: { readonly start?: Date | undefined; readonly end?: Date | undefined } | undefined,
): void {
  for (const edge of ['start', 'end'] as const) {
    const time = validFor?.[edge];
    if (time !== undefined && Number.isNaN(time.getTime())) {
      throw new TrustRootError(`${path}.validFor.${edge} is not a time`);
    }
  }
}

function decode<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new TrustRootError(`${path}: ${(cause as Error).message}`, { cause });
  }
}

function entries(object: Record<string, unknown>, list: List): readonly unknown[] {
  return (object[list] ?? []) as readonly unknown[];
}

/** Protobuf's JSON may name a field as its definition does, `cert_chain`, or as is usual in JSON, `certChain`. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(inner),
    ]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
