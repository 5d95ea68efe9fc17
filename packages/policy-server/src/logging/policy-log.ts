import type { PolicyLog } from '@kubewarden/evaluator';
import type { LogFields, Logger } from './logger.ts';

/** Writes what policies, and the host on their behalf, have to say into the program's log. */
export function createPolicyLog(logger: Logger): PolicyLog {
  const guests = logger.withTarget('policy_log');
  const host = logger.withTarget('policy_evaluator');
  return ({ policyId, level, message, data, fields }) => {
    if (!logger.isEnabled(level)) return;
    if (data !== undefined) {
      const span = { name: 'policy_log', fields: { policy_id: policyId } };
      guests.log(level, message, { data }, [span]);
      return;
    }
    const known: LogFields = fields !== undefined && 'policy_id' in fields ? {} : { policy_id: policyId };
    host.log(level, message, { ...known, ...fields });
  };
}
