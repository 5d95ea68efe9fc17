import type { BundledPackage, CompiledPolicy } from '../compiled-policy.ts';

/** The name of a package in a package URL (purl-spec, type `npm`). */
function packageUrl(name: string, version: string): string {
  const path = name.split('/').map(encodeURIComponent).join('/');
  return `pkg:npm/${path}@${encodeURIComponent(version)}`;
}

function component({ name, version, licence }: BundledPackage): object {
  const url = packageUrl(name, version);
  const isExpression = licence !== undefined && /\s|\(/.test(licence);
  return {
    type: 'library',
    'bom-ref': url,
    name,
    version,
    ...(licence === undefined
      ? {}
      : { licenses: isExpression ? [{ expression: licence }] : [{ license: { name: licence } }] }),
    purl: url,
  };
}

/**
 * The packages that went into a module, as a bill of materials (CycloneDX 1.6, JSON). Like the module, it is the same
 * for the same input: it has neither a serial number nor a time.
 */
export function cycloneDxBill({ inputs, digest }: CompiledPolicy): string {
  const { name, version } = inputs.project ?? { name: 'policy', version: '0.0.0' };
  const subject = packageUrl(name, version);
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': subject,
        name,
        version,
        hashes: [{ alg: 'SHA-256', content: digest }],
        purl: subject,
      },
    },
    components: inputs.packages.map(component),
    dependencies: [
      { ref: subject, dependsOn: inputs.packages.map((entry) => packageUrl(entry.name, entry.version)) },
    ],
  };
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}
