import { expect, test } from 'vitest';
import { createTestSigstore } from '../../../../tools/sigstore/test-sigstore.ts';
import { readTrustedRoot } from './read-trusted-root.ts';

test.each(['tlogs', 'ctlogs'])(
  'a root of which no log of %s can be read does not pass for one without',
  async (list) => {
    const { trustedRootJson } = await createTestSigstore();
    const root = JSON.parse(trustedRootJson) as Record<string, { publicKey: { rawBytes: string } }[]>;
    for (const log of root[list]!) log.publicKey.rawBytes = Buffer.from('no key').toString('base64');
    expect(() => readTrustedRoot(root, { unknownLogs: 'skip' })).toThrow(`none of ${list} can be used`);
  },
);
