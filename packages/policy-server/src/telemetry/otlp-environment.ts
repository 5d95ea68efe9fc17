import { accessSync, constants } from 'node:fs';
import { ConfigError } from '../config/errors.ts';

export type OtlpSignal = 'TRACES' | 'METRICS';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks the TLS files that the exporter of a signal will read. The exporter itself would go on without a file
 * that it cannot read, which means with less protection than was asked for.
 *
 * The variables are those of the OpenTelemetry specification, the one of the signal before the general one.
 *
 * @throws ConfigError naming the variable
 */
export function checkOtlpTlsFiles(signal: OtlpSignal, environment: Environment): void {
  check(signal, 'CERTIFICATE', environment);
  const certificate = check(signal, 'CLIENT_CERTIFICATE', environment);
  const key = check(signal, 'CLIENT_KEY', environment);
  if (certificate !== key) {
    throw new ConfigError(
      'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY must be given together',
    );
  }
}

/** @returns whether the variable is set */
function check(signal: OtlpSignal, name: string, environment: Environment): boolean {
  const variable = [`OTEL_EXPORTER_OTLP_${signal}_${name}`, `OTEL_EXPORTER_OTLP_${name}`].find((candidate) =>
    environment[candidate]?.trim(),
  );
  if (variable === undefined) return false;
  try {
    accessSync(environment[variable]!.trim(), constants.R_OK);
  } catch (cause) {
    throw new ConfigError(`cannot read the file of ${variable}: ${(cause as Error).message}`, { cause });
  }
  return true;
}

/** A whole number from the environment; what is no such number counts as unset, as the specification demands. */
export function environmentNumber(name: string, environment: Environment): number | undefined {
  const value = Number(environment[name]?.trim() || Number.NaN);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
