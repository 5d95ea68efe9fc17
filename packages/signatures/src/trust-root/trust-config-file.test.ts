import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestSigstore, type TestSigstore } from '../../../../tools/sigstore/test-sigstore.ts';
import { TrustRootError } from '../errors.ts';
import { trustConfigFile } from './trust-config-file.ts';

interface Config {
  trustedRoot: {
    certificateAuthorities: {
      certChain: { certificates: { rawBytes: string }[] };
      validFor: { start: string; end?: string };
    }[];
    tlogs: { publicKey: { rawBytes: string; keyDetails: string }; logId?: { keyId: string } }[];
    ctlogs: unknown;
  };
}

let folder: string;
let sigstore: TestSigstore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trust-config-'));
  sigstore = await createTestSigstore();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(content: string): Promise<string> {
  const path = join(folder, 'config.json');
  await writeFile(path, content);
  return path;
}

/** A config that is right but for what `spoil` does to it. */
function spoilt(spoil: (config: Config) => void): string {
  const config = JSON.parse(sigstore.clientTrustConfig) as Config;
  spoil(config);
  return JSON.stringify(config);
}

describe('trustConfigFile', () => {
  it('reads the trusted root', async () => {
    const source = await trustConfigFile(await write(sigstore.clientTrustConfig), 'PKI file');
    expect(TrustedRoot.toJSON(await source())).toEqual(TrustedRoot.toJSON(sigstore.trustedRoot));
  });

  it('reads the names of fields in the form of the protobuf definition', async () => {
    const snakeCased = sigstore.clientTrustConfig.replaceAll(
      /"([a-z]+[A-Z][A-Za-z]*)":/g,
      (_, name: string) => `"${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}":`,
    );
    expect(snakeCased).toContain('"cert_chain"');
    const source = await trustConfigFile(await write(snakeCased), 'PKI file');
    expect(TrustedRoot.toJSON(await source())).toEqual(TrustedRoot.toJSON(sigstore.trustedRoot));
  });

  it.each(['PKI file', 'trust config file'] as const)('says what it cannot do with a %s', async (name) => {
    const missing = join(folder, 'missing.json');
    await expect(trustConfigFile(missing, name)).rejects.toThrow(
      new TrustRootError(
        `could not read Sigstore ${name} ${missing}: No such file or directory (os error 2)`,
      ),
    );
    const path = await write('{}');
    await expect(trustConfigFile(path, name)).rejects.toThrow(
      new TrustRootError(`Sigstore ${name} ${path} missing trusted_root field`),
    );
    await write('{');
    await expect(trustConfigFile(path, name)).rejects.toThrow(
      `could not parse Sigstore trust config file ${path}: `,
    );
  });

  it('reads no more than 4 MiB', async () => {
    const path = await write(' '.repeat(4 * 1024 * 1024 + 1));
    await expect(trustConfigFile(path, 'PKI file')).rejects.toThrow(
      `could not read Sigstore PKI file ${path}: it has 4194305 bytes, more than 4194304`,
    );
  });

  const cases: [string, () => string, string][] = [
    ['a list', () => '[]', 'it is no JSON object'],
    ['a trusted root that is a text', () => '{"trustedRoot": "x"}', 'the trusted root is not an object'],
    [
      'no authority',
      () => spoilt((config) => (config.trustedRoot.certificateAuthorities = [])),
      'Fulcio certificates not found',
    ],
    [
      'a list that is none',
      () => spoilt((config) => (config.trustedRoot.ctlogs = {})),
      'ctlogs is not a list',
    ],
    [
      'a broken certificate',
      () =>
        spoilt((config) => {
          config.trustedRoot.certificateAuthorities[0]!.certChain.certificates[1]!.rawBytes = 'AAAA';
        }),
      'certificateAuthorities[0].certChain.certificates[1]: ',
    ],
    [
      'an authority without certificates',
      () =>
        spoilt((config) => {
          config.trustedRoot.certificateAuthorities[0]!.certChain.certificates = [];
        }),
      'certificateAuthorities[0].certChain holds no certificates',
    ],
    [
      'a time that is none',
      () =>
        spoilt((config) => {
          config.trustedRoot.certificateAuthorities[0]!.validFor.end = 'tomorrow';
        }),
      'certificateAuthorities[0].validFor.end is not a time',
    ],
    [
      'a broken key',
      () =>
        spoilt((config) => {
          config.trustedRoot.tlogs[0]!.publicKey.rawBytes = 'AAAA';
        }),
      'tlogs[0].publicKey: ',
    ],
    [
      'a key of an unknown kind',
      () =>
        spoilt((config) => {
          config.trustedRoot.tlogs[0]!.publicKey.keyDetails = 'MORSE';
        }),
      'tlogs[0]: Unrecognized enum value MORSE',
    ],
    [
      'a log without identifier',
      () => spoilt((config) => delete config.trustedRoot.tlogs[0]!.logId),
      'tlogs[0].logId.keyId is missing',
    ],
  ];
  it.each(cases)('refuses %s', async (_, content, message) => {
    const path = await write(content());
    const refusal = trustConfigFile(path, 'trust config file');
    await expect(refusal).rejects.toThrow(TrustRootError);
    await expect(refusal).rejects.toThrow(`could not parse Sigstore trust config file ${path}: ${message}`);
  });
});
