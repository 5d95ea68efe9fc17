export { type Config, readConfig, type SocketAddress, type TlsFiles } from './config/config.ts';
export { ConfigError } from './config/errors.ts';
export {
  decodePolicies,
  type GroupDefinition,
  type MemberDefinition,
  type ModuleUse,
  type PolicyDefinition,
  type PolicyDefinitions,
  type PolicyMode,
  readPoliciesFile,
} from './config/policies-file.ts';
export { createLogger, type Logger, type LogLevel } from './logging/logger.ts';
export { type PolicyServer, startPolicyServer } from './policy-server.ts';
export { BootstrapError } from './startup/errors.ts';
export { TlsMaterialError } from './tls/errors.ts';
