import { mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readTlsFiles } from './material.ts';

it('reads certificate and key of one revision while Kubernetes swaps them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'secret-'));
  for (const revision of ['one', 'two']) {
    mkdirSync(join(folder, revision));
    writeFileSync(join(folder, revision, 'tls.crt'), revision);
    writeFileSync(join(folder, revision, 'tls.key'), revision);
  }
  const publish = (revision: string): void => {
    symlinkSync(revision, join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  publish('one');
  const files = {
    certificate: join(folder, '..data/tls.crt'),
    key: join(folder, '..data/tls.key'),
    clientAuthorities: [],
  };
  for (let swap = 0; swap < 500; swap += 1) {
    const reading = readTlsFiles(files);
    // The swap comes at another point of the reading each time.
    for (let turn = 0; turn < swap % 5; turn += 1) await setImmediate();
    publish(swap % 2 === 0 ? 'two' : 'one');
    const { certificate, key } = await reading;
    expect(key).toBe(certificate);
  }
});
