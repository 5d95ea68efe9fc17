import type { CompiledPolicy, PolicyAbi } from '@kubewarden/policy-compiler';
import { formatJson } from '../../terminal/json.ts';
import { formatSize } from '../../terminal/size.ts';

export type ReportFormat = 'text' | 'json';

/** What a build has made. */
export interface BuildResult {
  readonly policy: CompiledPolicy;
  readonly abi: PolicyAbi;
  readonly seconds: number;
  /** Path of the module. */
  readonly output: string;
}

/** What has been built, how large it is and why. */
export function formatReport(format: ReportFormat, { policy, abi, seconds, output }: BuildResult): string {
  const { size, digest, inputs, warnings } = policy;
  if (format === 'json') {
    return formatJson({
      output,
      abi,
      digest: `sha256:${digest}`,
      size: {
        wasm: size.wasm,
        gzip: size.gzip,
        engine: size.engine,
        snapshot: size.snapshot,
        bundle: size.bundle,
        line_table: size.lineTable,
      },
      files: inputs.files,
      packages: inputs.packages,
      warnings,
      seconds: Number(seconds.toFixed(3)),
    });
  }
  const packages = inputs.packages.filter(({ bytes }) => bytes > 0).toSorted((a, b) => b.bytes - a.bytes);
  const rows = [
    ['JavaScript engine', size.engine],
    ['policy, evaluated', size.snapshot],
    ['  of which for line numbers in errors', size.lineTable],
    ['bundled source', size.bundle],
    ...packages.map(({ name, version, bytes }) => [`  ${name} ${version}`, bytes] as const),
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = [
    `${output}: ${formatSize(size.wasm)} (${formatSize(size.gzip)} compressed), ${abi}, built in ${seconds.toFixed(2)} s`,
    `sha256:${digest}`,
    ...rows.map(([name, bytes]) => `  ${name.padEnd(width)}  ${formatSize(bytes).padStart(9)}`),
  ];
  return `${lines.join('\n')}\n`;
}
