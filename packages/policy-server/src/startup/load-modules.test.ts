import { describe, expect, it } from 'vitest';
import { decodePolicies } from '../config/policies-file.ts';
import type { Distribution } from '../distribution/distribution.ts';
import { createLogger } from '../logging/logger.ts';
import { defaultFetchBounds, type FetchBounds, loadModules } from './load-modules.ts';

const logger = createLogger(
  'error',
  () => '',
  () => {},
);

const noVerifier = () => Promise.reject(new Error('no verifier'));

/** Registries that cannot even be talked to. */
function unreachable(client: Distribution['client']): Distribution {
  return {
    client,
    imageVerifier: noVerifier,
    policyVerifier: noVerifier,
    checkTrustRoot: async () => {},
    close: async () => {},
  };
}

async function failures(
  policies: object,
  client: Distribution['client'],
  bounds: Partial<FetchBounds> = {},
): Promise<Map<string, (policy: string) => string>> {
  const config = { policies: decodePolicies(JSON.stringify(policies)), downloadDir: '/nowhere' };
  const results = await loadModules(config, unreachable(client), logger, {
    ...defaultFetchBounds,
    ...bounds,
  });
  return new Map(
    [...results].map(([location, result]) => {
      if (result.kind === 'loaded') throw new Error(`${location} was loaded`);
      return [location, result.messageFor];
    }),
  );
}

const never = () => new Promise<never>(() => {});

describe('modules', () => {
  it('are fetched once, however their location is written, and fail each policy in its own words', async () => {
    let count = 0;
    const messages = await failures(
      {
        one: { module: 'r.example/p:v1' },
        two: { module: 'registry://r.example/p:v1' },
        group: { expression: 'm()', message: 'no', policies: { m: { module: 'r.example/p:v1' } } },
      },
      () => {
        count += 1;
        return Promise.reject(new Error('no way'));
      },
    );
    expect(count).toBe(1);
    expect(messages.get('r.example/p:v1')!('one')).toBe(
      "Error while downloading policy 'one' from r.example/p:v1: no way",
    );
    expect(messages.get('r.example/p:v1')!('group/#m')).toBe(
      "Error while downloading policy 'group/#m' from r.example/p:v1: no way",
    );
    expect(messages.get('registry://r.example/p:v1')!('two')).toBe(
      "Error while downloading policy 'two' from registry://r.example/p:v1: no way",
    );
  });

  it('are never named with the password in their location', async () => {
    const location = 'https://user:secret@r.example/p.wasm';
    const messages = await failures({ p: { module: location } }, () => Promise.reject(new Error('no')));
    expect(messages.get(location)!('p')).toBe(
      "Error while downloading policy 'p' from https://r.example/p.wasm: no",
    );
  });

  it('are fetched eight at a time', async () => {
    let running = 0;
    let most = 0;
    const policies = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`p${index}`, { module: `r.example/p${index}:v1` }]),
    );
    await failures(policies, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      throw new Error('no');
    });
    expect(most).toBe(8);
  });

  it('that never come are given up, one by one and all together', async () => {
    const policies = { one: { module: 'r.example/one:v1' }, two: { module: 'r.example/two:v1' } };
    const slow = await failures(policies, never, { moduleMilliseconds: 20 });
    expect(slow.get('r.example/one:v1')!('one')).toBe(
      "Error while downloading policy 'one' from r.example/one:v1: fetching the policy took longer than 0.02 s",
    );
    const tooMany = await failures(policies, never, { concurrent: 1, totalMilliseconds: 20 });
    for (const [location, messageFor] of tooMany) {
      expect(messageFor('p')).toBe(
        `Error while downloading policy 'p' from ${location}: loading all policies took longer than 0.02 s`,
      );
    }
  });
});
