import { installDispatcher, type Handler } from './dispatch.ts';
import type { LineTable } from './line-table.ts';
import { callHost, defineGlobal } from './natives.ts';
import { guardTopLevel, requireRequest } from './top-level.ts';

/** What `definePolicy` of the SDK returns: a policy that works on JSON text. */
interface Policy {
  readonly protocolVersion: 'v1';
  readonly validate: Handler;
  readonly validateSettings: Handler;
}

function isPolicy(value: unknown): value is Policy {
  if (typeof value !== 'object' || value === null) return false;
  const { protocolVersion, validate, validateSettings } = value as Partial<Record<keyof Policy, unknown>>;
  return protocolVersion === 'v1' && typeof validate === 'function' && typeof validateSettings === 'function';
}

defineGlobal('__kw_host_call', (binding: string, namespace: string, operation: string, payload: string) => {
  requireRequest('host-call', `host capability ${namespace}/${operation}`);
  return callHost(binding, namespace, operation, payload);
});
guardTopLevel();

/** Called behind the bundle, with its exports; returns whether they are those of a policy. */
defineGlobal('__kw_start', (exported: { readonly default?: unknown }, table: LineTable): void => {
  const policy = exported.default;
  if (!isPolicy(policy)) {
    defineGlobal('__kw_problem', policy === undefined ? 'missing' : 'wrong');
    return;
  }
  installDispatcher((operation) => {
    switch (operation) {
      case 'validate':
        return (payload) => policy.validate(payload);
      case 'validate_settings':
        return (payload) => policy.validateSettings(payload);
      case 'protocol_version':
        return () => JSON.stringify(policy.protocolVersion);
      default:
        return undefined;
    }
  }, table);
});
