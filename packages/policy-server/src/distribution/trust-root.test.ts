import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createTestSigstore } from '../../../../tools/sigstore/test-sigstore.ts';
import { createLogger } from '../logging/logger.ts';
import { openTrustRoot } from './trust-root.ts';

it('reports a trust root that cannot be read, once, and reads it again when it is needed again', async () => {
  const trustConfigFile = join(mkdtempSync(join(tmpdir(), 'trust-')), 'trust-config.json');
  const log: string[] = [];
  const logger = createLogger(
    'info',
    ({ message, fields }) => `${message}: ${fields['error'] as string}`,
    (line) => log.push(line),
  );
  const trustRoot = openTrustRoot({ cacheDirectory: '/nowhere', trustConfigFile }, async () => ({}), logger);
  await expect(trustRoot()).rejects.toThrow(
    `could not read Sigstore trust config file ${trustConfigFile}: No such file or directory (os error 2)`,
  );
  await expect(trustRoot()).rejects.toThrow('could not read Sigstore trust config file');
  expect(log).toEqual([
    expect.stringContaining(
      'Cannot create Sigstore trust root, verification relying on Rekor and Fulcio will fail: could not read',
    ),
  ]);
  const sigstore = await createTestSigstore();
  writeFileSync(trustConfigFile, sigstore.clientTrustConfig);
  expect(await trustRoot()).toEqual(sigstore.trustedRoot);
  expect(log).toHaveLength(1);
});
