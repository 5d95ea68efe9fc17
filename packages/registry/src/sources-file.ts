import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { SourcesError } from './errors.ts';
import type { Sources } from './sources.ts';

const authority = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Path'), path: z.string() }),
  z.object({ type: z.literal('Data'), data: z.union([z.string(), z.array(z.int().min(0).max(255))]) }),
]);

const sourcesFile = z.object({
  insecure_sources: z.array(z.string()).default([]),
  source_authorities: z.record(z.string(), z.array(authority)).default({}),
  proxies: z
    .object({
      http_proxy: z.string().optional(),
      https_proxy: z.string().optional(),
      no_proxy: z.string().optional(),
    })
    .nullish(),
});

/** Decodes the text of a `sources.yaml` and reads the certificate files that it names. */
export async function decodeSources(text: string): Promise<Sources> {
  const decoded = sourcesFile.safeParse(parse(text));
  if (!decoded.success) {
    throw new SourcesError(
      decoded.error.issues.map((issue) => `${fieldName(issue.path)}: ${issue.message}`).join('; '),
    );
  }
  const { insecure_sources, source_authorities, proxies } = decoded.data;
  const authorities = new Map<string, string[]>();
  for (const [host, entries] of Object.entries(source_authorities)) {
    const pems: string[] = [];
    for (const [index, entry] of entries.entries()) {
      try {
        pems.push(toPem(await certificateBytes(entry)));
      } catch (cause) {
        const message = (cause as Error).message;
        throw new SourcesError(`${fieldName(['source_authorities', host, index])}: ${message}`, { cause });
      }
    }
    authorities.set(host, pems);
  }
  return {
    insecureSources: new Set(insecure_sources),
    sourceAuthorities: authorities,
    ...(proxies && {
      proxies: {
        ...(proxies.http_proxy && { http: proxies.http_proxy }),
        ...(proxies.https_proxy && { https: proxies.https_proxy }),
        ...(proxies.no_proxy && { bypass: proxies.no_proxy }),
      },
    }),
  };
}

async function certificateBytes(entry: z.infer<typeof authority>): Promise<Buffer> {
  if (entry.type === 'Data') {
    return typeof entry.data === 'string' ? Buffer.from(entry.data) : Buffer.from(entry.data);
  }
  try {
    return await readFile(entry.path);
  } catch (cause) {
    throw new SourcesError(`Cannot read certificate from file: ${(cause as Error).message}`, { cause });
  }
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** A PEM bundle as it is, or a DER certificate as PEM; every certificate is parsed, so that none fails later. */
function toPem(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  const blocks = text.match(pemCertificate) ?? [];
  try {
    if (blocks.length > 0) {
      return blocks.map((block) => new X509Certificate(block).toString()).join('');
    }
    return new X509Certificate(bytes).toString();
  } catch (cause) {
    throw new SourcesError('Invalid certificate: Raw certificate is not in PEM nor in DER encoding', {
      cause,
    });
  }
}

function fieldName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the document';
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}
