import { logFormats } from '../logging/output.ts';
import { logLevels } from '../logging/logger.ts';

/** One setting of the server: a flag and an environment variable; the flag wins. */
export interface OptionDefinition {
  /** Flag without the dashes. */
  readonly flag: string;
  readonly environment: string;
  readonly group: 'Server' | 'Policies' | 'Security' | 'Limits' | 'Telemetry' | 'Daemon';
  readonly description: string;
  /** Name of the value in help texts; absent for switches. */
  readonly value?: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  /** Not shown in help texts. */
  readonly hidden?: boolean;
}

/** All options, by the name under which their value is found. */
const options = {
  addr: {
    flag: 'addr',
    environment: 'KUBEWARDEN_BIND_ADDRESS',
    group: 'Server',
    value: 'BIND_ADDRESS',
    default: '0.0.0.0',
    description: 'IP address to listen on; IPv6 addresses are written in brackets',
  },
  port: {
    flag: 'port',
    environment: 'KUBEWARDEN_PORT',
    group: 'Server',
    value: 'PORT',
    default: '3000',
    description: 'Port of the API',
  },
  readinessProbePort: {
    flag: 'readiness-probe-port',
    environment: 'KUBEWARDEN_READINESS_PROBE_PORT',
    group: 'Server',
    value: 'READINESS_PROBE_PORT',
    default: '8081',
    description: 'Port of GET /readiness, always plain HTTP',
  },
  workers: {
    flag: 'workers',
    environment: 'KUBEWARDEN_WORKERS',
    group: 'Server',
    value: 'WORKERS_NUMBER',
    description: 'Threads that evaluate policies; one per CPU unless given',
  },
  shutdownDelay: {
    flag: 'shutdown-delay',
    environment: 'KUBEWARDEN_SHUTDOWN_DELAY',
    group: 'Server',
    value: 'SECONDS',
    default: '2',
    description:
      'Seconds for which a server told to stop by SIGTERM still accepts connections, until nobody sends any',
  },
  policies: {
    flag: 'policies',
    environment: 'KUBEWARDEN_POLICIES',
    group: 'Policies',
    value: 'POLICIES_FILE',
    default: 'policies.yml',
    description: 'YAML or JSON file with the policies to serve',
  },
  policiesDownloadDir: {
    flag: 'policies-download-dir',
    environment: 'KUBEWARDEN_POLICIES_DOWNLOAD_DIR',
    group: 'Policies',
    value: 'POLICIES_DOWNLOAD_DIR',
    default: '.',
    description: 'Folder where downloaded modules are kept, and who signed them',
  },
  sourcesPath: {
    flag: 'sources-path',
    environment: 'KUBEWARDEN_SOURCES_PATH',
    group: 'Policies',
    value: 'SOURCES_PATH',
    description: 'YAML file with insecure sources, certificate authorities and proxies',
  },
  dockerConfigJsonPath: {
    flag: 'docker-config-json-path',
    environment: 'KUBEWARDEN_DOCKER_CONFIG_JSON_PATH',
    group: 'Policies',
    value: 'DOCKER_CONFIG',
    description: 'Folder that holds the config.json with registry credentials, or such a file',
  },
  continueOnErrors: {
    flag: 'continue-on-errors',
    environment: 'KUBEWARDEN_CONTINUE_ON_ERRORS',
    group: 'Policies',
    description: 'Serve although some policies cannot be initialised; these reject every request',
    hidden: true,
  },
  ignoreKubernetesConnectionFailure: {
    flag: 'ignore-kubernetes-connection-failure',
    environment: 'KUBEWARDEN_IGNORE_KUBERNETES_CONNECTION_FAILURE',
    group: 'Policies',
    description: 'Start although context-aware policies cannot read Kubernetes resources',
  },
  certFile: {
    flag: 'cert-file',
    environment: 'KUBEWARDEN_CERT_FILE',
    group: 'Security',
    value: 'CERT_FILE',
    description: 'PEM file with the certificate of the API, followed by its intermediates if there are any',
  },
  keyFile: {
    flag: 'key-file',
    environment: 'KUBEWARDEN_KEY_FILE',
    group: 'Security',
    value: 'KEY_FILE',
    description: 'PEM file with the private key of the certificate',
  },
  clientCaFile: {
    flag: 'client-ca-file',
    environment: 'KUBEWARDEN_CLIENT_CA_FILE',
    group: 'Security',
    value: 'CLIENT_CA_FILE',
    description:
      'Comma-separated PEM files with the authorities that issue client certificates; makes these mandatory',
  },
  verificationPath: {
    flag: 'verification-path',
    environment: 'KUBEWARDEN_VERIFICATION_CONFIG_PATH',
    group: 'Security',
    value: 'VERIFICATION_CONFIG_PATH',
    description: 'YAML file with the signatures that policies must have; without it, none are verified',
  },
  sigstoreCacheDir: {
    flag: 'sigstore-cache-dir',
    environment: 'KUBEWARDEN_SIGSTORE_CACHE_DIR',
    group: 'Security',
    value: 'SIGSTORE_CACHE_DIR',
    default: 'sigstore-data',
    description: 'Folder that keeps the trust root of the public Sigstore',
  },
  sigstoreTrustConfig: {
    flag: 'sigstore-trust-config',
    environment: 'KUBEWARDEN_SIGSTORE_TRUST_CONFIG_PATH',
    group: 'Security',
    value: 'SIGSTORE_TRUST_CONFIG_PATH',
    description: 'JSON file with the trust root of another Sigstore, in place of the public one',
  },
  alwaysAcceptAdmissionReviewsOnNamespace: {
    flag: 'always-accept-admission-reviews-on-namespace',
    environment: 'KUBEWARDEN_ALWAYS_ACCEPT_ADMISSION_REVIEWS_ON_NAMESPACE',
    group: 'Security',
    value: 'NAMESPACE',
    description:
      'Namespace whose requests are accepted without being evaluated, usually the one of this server',
  },
  policyTimeout: {
    flag: 'policy-timeout',
    environment: 'KUBEWARDEN_POLICY_TIMEOUT',
    group: 'Limits',
    value: 'MAXIMUM_EXECUTION_TIME_SECONDS',
    default: '2',
    description: 'Seconds that an evaluation may take, host calls included; policies may set their own limit',
  },
  disableTimeoutProtection: {
    flag: 'disable-timeout-protection',
    environment: 'KUBEWARDEN_DISABLE_TIMEOUT_PROTECTION',
    group: 'Limits',
    description: "Let evaluations take as long as they want, whatever the policies' own limits are",
  },
  maxBodySize: {
    flag: 'max-body-size',
    environment: 'KUBEWARDEN_MAX_BODY_SIZE',
    group: 'Limits',
    value: 'BYTES',
    default: '8388608',
    description: 'Largest request body; a longer one is answered with 413',
  },
  enableMetrics: {
    flag: 'enable-metrics',
    environment: 'KUBEWARDEN_ENABLE_METRICS',
    group: 'Telemetry',
    description: 'Push metrics by OTLP/gRPC, as the OTEL_* variables say',
  },
  prometheusPort: {
    flag: 'prometheus-port',
    environment: 'KUBEWARDEN_PROMETHEUS_PORT',
    group: 'Telemetry',
    value: 'PORT',
    description: 'Port of GET /metrics for Prometheus; there is none unless given',
  },
  enablePprof: {
    flag: 'enable-pprof',
    environment: 'KUBEWARDEN_ENABLE_PPROF',
    group: 'Telemetry',
    description: 'Offer profiles at /debug/pprof/cpu and /debug/pprof/heap of the API',
  },
  logLevel: {
    flag: 'log-level',
    environment: 'KUBEWARDEN_LOG_LEVEL',
    group: 'Telemetry',
    value: 'LOG_LEVEL',
    default: 'info',
    choices: logLevels,
    description: 'Least severe log lines to write',
  },
  logFmt: {
    flag: 'log-fmt',
    environment: 'KUBEWARDEN_LOG_FMT',
    group: 'Telemetry',
    value: 'LOG_FMT',
    default: 'text',
    choices: logFormats,
    description: 'Form of the log; otlp writes text and exports traces by OTLP/gRPC',
  },
  logNoColor: {
    flag: 'log-no-color',
    environment: 'NO_COLOR',
    group: 'Telemetry',
    description: 'Never colour the log; without it, only a terminal gets colours',
  },
  daemon: {
    flag: 'daemon',
    environment: 'KUBEWARDEN_DAEMON',
    group: 'Daemon',
    description: 'Go on in the background, detached from the shell',
  },
  daemonPidFile: {
    flag: 'daemon-pid-file',
    environment: 'KUBEWARDEN_DAEMON_PID_FILE',
    group: 'Daemon',
    value: 'FILE',
    default: 'policy-server.pid',
    description: 'File that gets the process id of the daemon',
  },
  daemonStdoutFile: {
    flag: 'daemon-stdout-file',
    environment: 'KUBEWARDEN_DAEMON_STDOUT_FILE',
    group: 'Daemon',
    value: 'FILE',
    description: 'File that gets the standard output of the daemon',
  },
  daemonStderrFile: {
    flag: 'daemon-stderr-file',
    environment: 'KUBEWARDEN_DAEMON_STDERR_FILE',
    group: 'Daemon',
    value: 'FILE',
    description: 'File that gets the standard error of the daemon',
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

export type OptionName = keyof typeof options;

type Definitions = typeof options;

/** The given or default values: switches are booleans, everything else is text that is still to be checked. */
export type OptionValues = {
  readonly [Name in OptionName]: Definitions[Name] extends { readonly value: string }
    ? Definitions[Name] extends { readonly default: string }
      ? string
      : string | undefined
    : boolean;
};

/** The options in the order of help texts. */
export const optionList: readonly (readonly [OptionName, OptionDefinition])[] = Object.entries(options) as [
  OptionName,
  OptionDefinition,
][];
