import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCapabilities } from '@kubewarden/capabilities';
import type { Config, SocketAddress } from './config/config.ts';
import type { PolicyMode } from './config/policies-file.ts';
import { openDistribution } from './distribution/distribution.ts';
import { createApi } from './http/api.ts';
import { BodyBudget } from './http/body.ts';
import { closeServer, connectionLimits, createApiServer, listen } from './http/listen.ts';
import { type Evaluate, exemptNamespace } from './http/namespace-exemption.ts';
import { createReadinessServer } from './http/readiness.ts';
import type { Logger } from './logging/logger.ts';
import { createPolicyLog } from './logging/policy-log.ts';
import { startProfiling } from './profiling.ts';
import { assemblePolicies, type ServedPolicy } from './startup/assemble.ts';
import { BootstrapError } from './startup/errors.ts';
import { loadModules } from './startup/load-modules.ts';
import { startPool } from './startup/start-pool.ts';
import { startTelemetry } from './telemetry/telemetry.ts';
import { Certs } from './tls/certs.ts';

/** Bytes that the bodies of all requests in flight may have together: 256 MiB. */
const bodyBudgetBytes = 256 * 1024 * 1024;
/** How long requests in flight may take once the server has to stop; Kubernetes kills after 30 s. */
const drainMilliseconds = 20_000;
const telemetryFlushMilliseconds = 3_000;

/** A running policy server. */
export interface PolicyServer {
  readonly api: SocketAddress;
  readonly readiness: SocketAddress;
  readonly prometheus?: SocketAddress;
  /**
   * Stops: the readiness probe fails from now on, new connections are accepted for `delayMilliseconds` more, then
   * requests in flight are answered and everything ends. Never rejects.
   */
  stop(delayMilliseconds: number): Promise<void>;
}

/**
 * Loads all policies and serves them. The readiness probe answers only after that.
 *
 * @throws BootstrapError, ConfigError, TlsMaterialError, or the system's error when an address cannot be bound
 */
export async function startPolicyServer(
  config: Config,
  logger: Logger,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<PolicyServer> {
  let draining = false;
  const isDraining = (): boolean => draining;
  /** What has been started, in this order; ended in the opposite one. */
  const endings: (() => Promise<void> | void)[] = [];
  const stop = async (delayMilliseconds: number): Promise<void> => {
    draining = true;
    if (delayMilliseconds > 0) await sleep(delayMilliseconds);
    for (const end of endings.toReversed()) await end();
  };
  const open = async (server: Server, address: SocketAddress): Promise<SocketAddress> => {
    const listening = await listen(server, address);
    endings.push(() => closeServer(server, drainMilliseconds));
    // Such as too many open files; without a listener it would end the process.
    server.on('error', (error) => logger.log('error', 'cannot accept connections', { error: error.message }));
    server.on('tlsClientError', (error) =>
      logger.log('debug', 'TLS handshake failed', { error: error.message }),
    );
    return listening;
  };

  try {
    const telemetry = await startTelemetry(config, logger, environment);
    endings.push(() => telemetry.shutdown(telemetryFlushMilliseconds));
    const certs = config.tls && (await Certs.load(config.tls, logger));
    checkKubernetes(config, logger);
    const distribution = openDistribution(config, logger, environment);
    endings.push(() => distribution.close());
    await distribution.checkTrustRoot();
    const assembly = assemblePolicies(config, await loadModules(config, distribution, logger));
    const capabilities = createCapabilities({
      registry: distribution.client,
      verifier: distribution.imageVerifier,
    });
    endings.push(() => capabilities.dispose());
    const surroundings = { answer: capabilities.answer, log: createPolicyLog(logger) };
    const { pool, policies } = await startPool(assembly, config, surroundings, logger);
    endings.push(() => pool.close(drainMilliseconds));
    reportTimeouts(config, logger);
    telemetry.metrics?.watchPool(() => pool.statistics(), modeLookup(policies));

    const evaluate: Evaluate = (job) => pool.evaluate(job);
    const { alwaysAcceptNamespace, maximumBodyBytes } = config;
    const api = createApi({
      evaluate:
        alwaysAcceptNamespace === undefined
          ? evaluate
          : exemptNamespace(alwaysAcceptNamespace, idLookup(policies), evaluate),
      maximumBodyBytes,
      bodyBudget: new BodyBudget(bodyBudgetBytes),
      logger,
      isDraining,
      ...(telemetry.observe && { observe: telemetry.observe }),
      ...(config.pprof && { profiles: await startProfiling(logger) }),
    });
    const apiServer = createApiServer(api, { maximumBodyBytes, ...(certs && { certs }) });
    const apiAddress = await open(apiServer, config.api);
    const prometheus =
      telemetry.metrics?.scrape &&
      config.prometheus &&
      (await open(createServer(connectionLimits, telemetry.metrics.scrape), config.prometheus));
    const readiness = await open(createReadinessServer(isDraining), config.readiness);
    logger.log('info', 'policy server is ready', { address: apiAddress.host, port: apiAddress.port });
    return { api: apiAddress, readiness, ...(prometheus && { prometheus }), stop };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

/** Policies that read the cluster cannot do so in this build; starting nevertheless has to be asked for. */
function checkKubernetes(config: Config, logger: Logger): void {
  const uses = config.policies.flatMap((definition) =>
    definition.kind === 'group' ? definition.members : [definition],
  );
  const reader = uses.find(({ contextAwareResources }) => contextAwareResources.length > 0);
  if (reader === undefined) return;
  if (!config.ignoreKubernetesConnectionFailure) {
    throw new BootstrapError('Cannot connect to Kubernetes, context aware policies would not work properly');
  }
  logger.log('warn', 'Cannot connect to Kubernetes, context aware policies will not work properly', {
    policy: reader.name,
  });
}

function reportTimeouts(config: Config, logger: Logger): void {
  if (config.policyTimeoutSeconds !== undefined) {
    logger.log('info', 'policy timeout protection is enabled', {
      execution_limit_seconds: config.policyTimeoutSeconds,
    });
    return;
  }
  logger.log('warn', 'policy timeout protection is disabled: no evaluation is ever interrupted');
}

function idLookup(policies: readonly ServedPolicy[]): (policyId: string) => boolean {
  const ids = new Set(policies.map(({ id }) => id));
  return (policyId) => ids.has(policyId);
}

function modeLookup(policies: readonly ServedPolicy[]): (policyId: string) => PolicyMode | undefined {
  const modes = new Map(policies.map(({ id, mode }) => [id, mode]));
  return (policyId) => modes.get(policyId);
}
