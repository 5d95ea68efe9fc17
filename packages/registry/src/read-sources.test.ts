import { X509Certificate } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../tools/certificates/authority.ts';
import { readSources } from './read-sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'sources-'));

function write(content: string): string {
  const path = join(folder, 'sources.yaml');
  writeFileSync(path, content);
  return path;
}

describe('readSources', () => {
  let pem: string;

  beforeAll(async () => {
    pem = (await createAuthority({ commonName: 'ca' })).certificate;
    writeFileSync(join(folder, 'ca.der'), new X509Certificate(pem).raw);
  });

  it('reads hosts, authorities and proxies; unknown keys are ignored', async () => {
    const indented = (pem + pem).replaceAll('\n', '\n          ');
    const sources = await readSources(
      write(`
insecure_sources: [localhost:5000]
source_authorities:
  registry.example.org:
    - {type: Path, path: ${join(folder, 'ca.der')}}
    - type: Data
      data: |
          ${indented}
proxies: {http_proxy: "http://proxy:3128", no_proxy: .corp}
future: true
`),
    );
    expect(sources.insecureSources).toEqual(new Set(['localhost:5000']));
    const authorities = sources.sourceAuthorities.get('registry.example.org') ?? [];
    expect(authorities.map((text) => text.match(/BEGIN CERTIFICATE/g)?.length)).toEqual([1, 2]);
    expect(sources.proxies).toEqual({ http: 'http://proxy:3128', bypass: '.corp' });
  });

  it('accepts an empty mapping', async () => {
    const sources = await readSources(write('{}'));
    expect(sources.insecureSources.size + sources.sourceAuthorities.size).toBe(0);
    expect(sources.proxies).toBeUndefined();
  });

  it.each([
    ['', 'the document: '],
    ['insecure_sources: localhost', 'insecure_sources: '],
    ['source_authorities: {h: [{type: path, path: /x}]}', 'source_authorities.h[0].type: '],
    [
      'source_authorities: {h: [{type: Path, path: /does/not/exist}]}',
      'source_authorities.h[0]: Cannot read certificate from file: ENOENT',
    ],
    [
      'source_authorities: {h: [{type: Data, data: nonsense}]}',
      'source_authorities.h[0]: Invalid certificate: Raw certificate is not in PEM nor in DER encoding',
    ],
    ['a: [', 'error while loading sources from'],
  ])('names file and field of %j', async (content, message) => {
    const path = write(content);
    await expect(readSources(path)).rejects.toThrow(message);
    await expect(readSources(path)).rejects.toThrow(`error while loading sources from ${path}: `);
  });
});
