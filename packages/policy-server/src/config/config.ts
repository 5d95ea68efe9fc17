import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { noSources, readSources, type Sources } from '@kubewarden/registry';
import { parse } from 'yaml';
import type { OptionValues } from '../cli/options.ts';
import type { LogOptions, LogOutputFormat } from '../logging/output.ts';
import type { LogLevel } from '../logging/logger.ts';
import { ConfigError } from './errors.ts';
import { type PolicyDefinitions, readPoliciesFile } from './policies-file.ts';

export interface SocketAddress {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  /** When there are any, every client must present a certificate issued by one of these authorities. */
  readonly clientAuthorities: readonly string[];
}

export interface DaemonConfig {
  readonly pidFile: string;
  readonly stdoutFile?: string;
  readonly stderrFile?: string;
}

/** Everything the server has to know, checked. */
export interface Config {
  readonly api: SocketAddress;
  readonly readiness: SocketAddress;
  /** Where Prometheus finds the metrics; absent means nowhere. */
  readonly prometheus?: SocketAddress;
  readonly tls?: TlsFiles;
  readonly workers: number;
  readonly policies: PolicyDefinitions;
  readonly downloadDir: string;
  readonly sources: Sources;
  /** Only signed policies may be loaded. */
  readonly verifyPolicies: boolean;
  /** Absent means that evaluations may take for ever. */
  readonly policyTimeoutSeconds?: number;
  readonly maximumBodyBytes: number;
  readonly alwaysAcceptNamespace?: string;
  readonly continueOnErrors: boolean;
  readonly ignoreKubernetesConnectionFailure: boolean;
  readonly pushMetrics: boolean;
  readonly pprof: boolean;
  readonly log: LogOptions;
  readonly daemon?: DaemonConfig;
  readonly shutdownDelaySeconds: number;
  /** Settings that this build accepts and does not use yet; each is one sentence for the log. */
  readonly unused: readonly string[];
}

/**
 * Checks the options and reads the files that they name.
 *
 * @throws ConfigError for the first thing that is wrong
 */
export async function readConfig(values: OptionValues): Promise<Config> {
  const host = readHost(values.addr);
  const api = { host, port: readPort(values.port, 'port') };
  const readiness = { host, port: readPort(values.readinessProbePort, 'readiness-probe-port') };
  const policies = await readPoliciesFile(values.policies);
  const policyTimeoutSeconds = values.disableTimeoutProtection
    ? undefined
    : readNumber(values.policyTimeout, 'policy-timeout', 1);
  const sources = values.sourcesPath === undefined ? noSources : await readSources(values.sourcesPath);
  const workers = values.workers === undefined ? availableParallelism() : readWorkers(values.workers);
  if (values.verificationPath !== undefined) await checkVerificationConfig(values.verificationPath);
  const tls = readTlsFiles(values);
  return {
    api,
    readiness,
    ...(values.prometheusPort !== undefined && {
      prometheus: { host, port: readPort(values.prometheusPort, 'prometheus-port') },
    }),
    ...(tls !== undefined && { tls }),
    workers,
    policies,
    downloadDir: values.policiesDownloadDir,
    sources,
    verifyPolicies: values.verificationPath !== undefined,
    ...(policyTimeoutSeconds !== undefined && { policyTimeoutSeconds }),
    maximumBodyBytes: readNumber(values.maxBodySize, 'max-body-size', 1),
    ...(values.alwaysAcceptAdmissionReviewsOnNamespace !== undefined && {
      alwaysAcceptNamespace: values.alwaysAcceptAdmissionReviewsOnNamespace,
    }),
    continueOnErrors: values.continueOnErrors,
    ignoreKubernetesConnectionFailure: values.ignoreKubernetesConnectionFailure,
    pushMetrics: values.enableMetrics,
    pprof: values.enablePprof,
    log: {
      // The command line has checked both against their choices.
      level: values.logLevel as LogLevel,
      format: values.logFmt as LogOutputFormat,
      coloured: process.stdout.isTTY && !values.logNoColor,
    },
    ...(values.daemon && { daemon: readDaemon(values) }),
    shutdownDelaySeconds: readNumber(values.shutdownDelay, 'shutdown-delay', 0),
    unused: unusedSettings(values),
  };
}

/** The original joins address and port and parses the pair, so IPv6 addresses are written in brackets. */
function readHost(text: string): string {
  const host = /^\[(.*)\]$/.exec(text)?.[1];
  if (host !== undefined ? isIP(host) === 6 : isIP(text) === 4) return host ?? text;
  throw new ConfigError(`error parsing arguments: '${text}' is no IP address (IPv6 is written in brackets)`);
}

function readPort(text: string, flag: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new ConfigError(`error parsing arguments: '${text}' is no port (--${flag})`);
}

function readNumber(text: string, flag: string, minimum: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  // Larger numbers, as milliseconds, are beyond what timers and clocks can represent.
  if (value >= minimum && value <= Number.MAX_SAFE_INTEGER / 1000) return value;
  throw new ConfigError(
    `error parsing arguments: '${text}' is no whole number of at least ${minimum} (--${flag})`,
  );
}

function readWorkers(text: string): number {
  const workers = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (workers >= 1 && workers <= 1024) return workers;
  throw new ConfigError(`error parsing the number of workers: '${text}' is not between 1 and 1024`);
}

function readTlsFiles(values: OptionValues): TlsFiles | undefined {
  const { certFile, keyFile, clientCaFile } = values;
  const clientAuthorities = (clientCaFile ?? '')
    .split(',')
    .map((file) => file.trim())
    .filter((file) => file !== '');
  if (clientCaFile !== undefined && clientAuthorities.length === 0) {
    throw new ConfigError('client CA certificate: the list of files is empty');
  }
  if (certFile === undefined && keyFile === undefined) {
    if (clientCaFile === undefined) return undefined;
    throw new ConfigError('client CA certificate requires server certificate and key to be specified');
  }
  if (certFile === undefined || keyFile === undefined) {
    throw new ConfigError('both certificate and key must be provided together');
  }
  return { certificate: certFile, key: keyFile, clientAuthorities };
}

/**
 * Signatures are not verified by this build, so every policy is refused once a verification config is given; the
 * file itself must at least be there and be YAML, so that a wrong path is noticed.
 */
async function checkVerificationConfig(path: string): Promise<void> {
  try {
    const content: unknown = parse(await readFile(path, 'utf8'));
    if (typeof content !== 'object' || content === null) throw new ConfigError('it holds no mapping');
  } catch (cause) {
    const message = (cause as Error).message;
    throw new ConfigError(`error while loading verification info from "${path}": ${message}`, { cause });
  }
}

function readDaemon(values: OptionValues): DaemonConfig {
  return {
    pidFile: values.daemonPidFile,
    ...(values.daemonStdoutFile !== undefined && { stdoutFile: values.daemonStdoutFile }),
    ...(values.daemonStderrFile !== undefined && { stderrFile: values.daemonStderrFile }),
  };
}

function unusedSettings(values: OptionValues): string[] {
  return [
    ...(values.dockerConfigJsonPath === undefined
      ? []
      : ['registry credentials are not used: this build does not pull policies from registries']),
    ...(values.sigstoreTrustConfig === undefined
      ? []
      : [
          'the Sigstore trust configuration is not used: this build does not verify signatures and refuses whatever needs it',
        ]),
  ];
}
