import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import type { Sources } from '@kubewarden/registry';
import type { VerificationConfig } from '@kubewarden/signatures';
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

/** Whom to trust to issue certificates for signatures, and to log them. */
export interface SigstoreConfig {
  /** Keeps the trust root of the public good instance. */
  readonly cacheDirectory: string;
  /** The trust root of another instance (a `ClientTrustConfig`), instead. */
  readonly trustConfigFile?: string;
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
  /** How hosts are reached; absent: all of them by verified TLS. */
  readonly sources?: Sources;
  /** The signatures that policies must have; absent: anything may be loaded. */
  readonly verification?: VerificationConfig;
  /** Folder with a `config.json`, or such a file, with registry credentials. Default: as container tools do. */
  readonly dockerConfigPath?: string;
  readonly sigstore: SigstoreConfig;
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
  const sources = values.sourcesPath === undefined ? undefined : await readSourcesFile(values.sourcesPath);
  const workers = values.workers === undefined ? availableParallelism() : readWorkers(values.workers);
  const verification =
    values.verificationPath === undefined ? undefined : await readVerification(values.verificationPath);
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
    ...(sources !== undefined && { sources }),
    ...(verification !== undefined && { verification }),
    ...(values.dockerConfigJsonPath !== undefined && { dockerConfigPath: values.dockerConfigJsonPath }),
    sigstore: {
      cacheDirectory: values.sigstoreCacheDir,
      ...(values.sigstoreTrustConfig !== undefined && { trustConfigFile: values.sigstoreTrustConfig }),
    },
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

/** @throws SourcesError */
async function readSourcesFile(path: string): Promise<Sources> {
  const { readSources } = await import('@kubewarden/registry');
  return readSources(path);
}

async function readVerification(path: string): Promise<VerificationConfig> {
  // Loaded only when there is such a file: the schema library takes a while.
  const { readVerificationConfig, VerificationConfigError } = await import('@kubewarden/signatures');
  try {
    return await readVerificationConfig(path);
  } catch (cause) {
    const problem = cause instanceof VerificationConfigError ? cause.problem : (cause as Error).message;
    throw new ConfigError(`error while loading verification info from "${path}": ${problem}`, { cause });
  }
}

function readDaemon(values: OptionValues): DaemonConfig {
  return {
    pidFile: values.daemonPidFile,
    ...(values.daemonStdoutFile !== undefined && { stdoutFile: values.daemonStdoutFile }),
    ...(values.daemonStderrFile !== undefined && { stderrFile: values.daemonStderrFile }),
  };
}
