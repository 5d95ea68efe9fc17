/** A TUF repository (The Update Framework 1.0) with keys of its own, whose every file a test can spoil. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

interface TufRelease {
  /** Of `timestamp.json`, `snapshot.json` and `targets.json` alike. 1 by default. */
  readonly version?: number;
  /** In a year by default. */
  readonly expires?: Date;
  readonly targets: Readonly<Record<string, Uint8Array>>;
}

export interface TufRepository {
  /** Version 1, from which trust starts. */
  readonly root: Buffer;
  /** A newer root, signed as the first. */
  rootVersion(version: number): Buffer;
  /** The files of a release by their paths, `targets/…` included. */
  release(release: TufRelease): Map<string, Uint8Array>;
}

const year = 365 * 24 * 60 * 60 * 1000;

export function createTufRepository(): TufRepository {
  const key = createKey();
  const rootVersion = (version: number): Buffer =>
    signed(key, {
      _type: 'root',
      spec_version: '1.0.0',
      version,
      expires: new Date(Date.now() + year).toISOString(),
      consistent_snapshot: true,
      keys: { [key.id]: key.public },
      roles: Object.fromEntries(
        ['root', 'snapshot', 'targets', 'timestamp'].map((role) => [
          role,
          { keyids: [key.id], threshold: 1 },
        ]),
      ),
    });
  return {
    root: rootVersion(1),
    rootVersion,
    release: ({ version = 1, expires = new Date(Date.now() + year), targets }) => {
      const common = { spec_version: '1.0.0', version, expires: expires.toISOString() };
      const targetsFile = signed(key, {
        _type: 'targets',
        ...common,
        targets: Object.fromEntries(Object.entries(targets).map(([name, bytes]) => [name, describe(bytes)])),
      });
      const snapshotFile = signed(key, {
        _type: 'snapshot',
        ...common,
        meta: { 'targets.json': { version, ...describe(targetsFile) } },
      });
      const timestampFile = signed(key, {
        _type: 'timestamp',
        ...common,
        meta: { 'snapshot.json': { version, ...describe(snapshotFile) } },
      });
      return new Map<string, Uint8Array>([
        ['timestamp.json', timestampFile],
        [`${version}.snapshot.json`, snapshotFile],
        [`${version}.targets.json`, targetsFile],
        ...Object.entries(targets).map(([name, bytes]): [string, Uint8Array] => [
          `targets/${sha256(bytes)}.${name}`,
          bytes,
        ]),
      ]);
    },
  };
}

interface SigningKey {
  readonly id: string;
  readonly public: object;
  readonly private: KeyObject;
}

function createKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const description = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw.toString('hex') } };
  return { id: sha256(Buffer.from(canonical(description))), public: description, private: privateKey };
}

function signed(key: SigningKey, content: object): Buffer {
  const signature = sign(null, Buffer.from(canonical(content)), key.private).toString('hex');
  return Buffer.from(JSON.stringify({ signatures: [{ keyid: key.id, sig: signature }], signed: content }));
}

function describe(bytes: Uint8Array): object {
  return { length: bytes.length, hashes: { sha256: sha256(bytes) } };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Canonical JSON as TUF signs it; the strings used here need no other escapes than JSON's. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
