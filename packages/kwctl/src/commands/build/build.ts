import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { usedHostCapabilities, type Metadata } from '@kubewarden/policy';
import type { CompiledPolicy, PolicyAbi } from '@kubewarden/policy-compiler';
import type { Invocation } from '../../command-line/model.ts';
import { CliError, describeError } from '../../terminal/cli-error.ts';
import { quoted } from '../../terminal/log.ts';
import { writeOutputFile } from '../../terminal/output-file.ts';
import {
  policyAnnotations,
  readMetadataFile,
  readUsageFile,
  warnAboutCapabilities,
} from '../annotate/annotate.ts';
import { formatReport, type ReportFormat } from './report.ts';
import { FolderWatch } from './watch.ts';

const logTarget = 'kwctl::build';

/** Where an entry is looked for that the user does not name. */
const usualEntries = ['src/policy', 'policy', 'src/index', 'index'].flatMap((name) => [
  `${name}.ts`,
  `${name}.js`,
]);
const usualMetadata = 'metadata.yml';

/** Compiles a policy, once or whenever a file changes. */
export async function run(invocation: Invocation): Promise<void> {
  const plan = makePlan(invocation);
  if (!invocation.options.has('watch')) {
    await build(plan, invocation);
    return;
  }
  const sources = [plan.entry, plan.metadataPath, plan.usagePath].filter((path) => path !== undefined);
  let folders = new Set(sources.map((path) => dirname(resolve(path))));
  for (;;) {
    // Watched before it is built, so that no change is missed.
    const watch = new FolderWatch(folders, plan.outputs);
    try {
      const { watchFiles } = await build(plan, invocation);
      const seen = watchFiles.filter((path) => !path.includes('node_modules')).map((path) => dirname(path));
      folders = new Set([...folders, ...seen]);
      watch.add(folders);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      invocation.terminal.stderr(describeError(error));
    }
    await watch.changed();
    watch.close();
  }
}

interface BuildPlan {
  readonly entry: string;
  readonly output: string;
  readonly metadataPath: string | undefined;
  readonly usagePath: string | undefined;
  readonly sbom: string | undefined;
  readonly sourceMap: string | undefined;
  /** Absolute paths of what a build writes. */
  readonly outputs: ReadonlySet<string>;
}

function makePlan({ options, positionals, log }: Invocation): BuildPlan {
  const entry = positionals[0] ?? usualEntries.find((path) => existsSync(path));
  if (entry === undefined) {
    throw new CliError(
      `There is none of ${usualEntries.join(', ')}: name the file whose default export is the policy`,
    );
  }
  const output = options.value('output-path') ?? 'policy.wasm';
  const sbom = options.value('sbom');
  const sourceMap = options.value('source-map');
  const metadataPath =
    options.value('metadata-path') ?? (existsSync(usualMetadata) ? usualMetadata : undefined);
  if (metadataPath === undefined) {
    log('warn', logTarget, 'the module has no metadata', { expected: usualMetadata });
  }
  const outputs = new Set(
    [output, sbom, sourceMap].filter((path) => path !== undefined).map((path) => resolve(path)),
  );
  return { entry, output, metadataPath, usagePath: options.value('usage-path'), sbom, sourceMap, outputs };
}

async function build(plan: BuildPlan, { options, terminal, log }: Invocation): Promise<CompiledPolicy> {
  const started = performance.now();
  const { compilePolicy, CompileError, cycloneDxBill } = await import('@kubewarden/policy-compiler');
  const metadata = await readPlannedMetadata(plan);
  const abi = (options.value('abi') as PolicyAbi | undefined) ?? abiOf(metadata);
  let policy: CompiledPolicy;
  try {
    policy = await compilePolicy({
      entry: plan.entry,
      abi,
      allowedGlobals: options.values('allow-global') ?? [],
      ...(metadata === undefined ? {} : { metadata }),
    });
  } catch (error) {
    if (error instanceof CompileError) throw new CliError(error.message);
    throw error;
  }
  for (const { message, location } of policy.warnings) {
    const place = location === undefined ? undefined : `${location.file}:${location.line}:${location.column}`;
    log('warn', logTarget, message, place === undefined ? {} : { at: quoted(place) });
  }
  if (metadata !== undefined) {
    warnAboutCapabilities(metadata, usedHostCapabilities(policy.wasm), log, logTarget);
  }
  await writeOutputFile(plan.output, policy.wasm);
  if (plan.sbom !== undefined) await writeOutputFile(plan.sbom, cycloneDxBill(policy));
  if (plan.sourceMap !== undefined) await writeOutputFile(plan.sourceMap, policy.sourceMap);
  const format = (options.value('report') as ReportFormat | undefined) ?? 'text';
  const seconds = (performance.now() - started) / 1000;
  terminal.stdout(formatReport(format, { policy, abi, seconds, output: plan.output }));
  return policy;
}

async function readPlannedMetadata({ metadataPath, usagePath }: BuildPlan): Promise<Metadata | undefined> {
  const usage = usagePath === undefined ? undefined : await readUsageFile(usagePath);
  if (metadataPath === undefined) return undefined;
  const declared = await readMetadataFile(metadataPath);
  return { ...declared, annotations: policyAnnotations(declared, usage) };
}

function abiOf(metadata: Metadata | undefined): PolicyAbi {
  switch (metadata?.executionMode) {
    case undefined:
    case 'kubewarden-wapc':
      return 'wapc';
    case 'wasi':
      return 'wasi';
    case 'opa':
    case 'gatekeeper':
      throw new CliError(
        `Wrong value inside of policy's metadata for 'executionMode': ${metadata.executionMode} is for Rego; use kubewarden-wapc or wasi`,
      );
  }
}
