import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { compilePolicyModule } from '../../module/compile.ts';
import type { PolicyModule } from '../../module/policy-module.ts';
import { systemClock, systemRandom } from '../../runtime/options.ts';
import { RegoEvaluationError } from '../abi/errors.ts';
import { createRegoGuest } from '../abi/guest.ts';
import { regoBuiltinNames } from './table.ts';

const guests = new URL('../../../../../guests/rego/', import.meta.url);

/** What OPA's evaluator makes of an expression; nothing where the expression is undefined. */
type Expectation = readonly [expression: string, result?: unknown];

const expectations = readFileSync(new URL('builtins.expected.jsonl', guests), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Expectation);

describe('builtins give what OPA gives', () => {
  let module: PolicyModule;

  beforeAll(async () => {
    const bytes = readFileSync(new URL('builtins.wasm', guests));
    module = await compilePolicyModule(bytes, { executionMode: 'gatekeeper' });
  });

  async function evaluate(index: number): Promise<unknown> {
    const text = new TextEncoder();
    const machine = { clock: systemClock, random: systemRandom };
    const guest = await createRegoGuest(module, text.encode('{}'), machine);
    const result = guest.evaluate([text.encode(`{"case":${index}}`)], () => undefined);
    return JSON.parse(new TextDecoder().decode(result));
  }

  test.each(expectations.map((expectation, index) => [index, expectation] as const))(
    '%i %j',
    async (index, [expression, ...results]) => {
      if (results.length > 0) {
        expect(await evaluate(index)).toEqual([{ result: results[0] }]);
      } else if (undefinedWithoutError.has(expression)) {
        expect(await evaluate(index)).toEqual([]);
      } else {
        await expect(evaluate(index)).rejects.toThrow(RegoEvaluationError);
      }
    },
  );
});

/** Undefined in OPA although nothing failed. */
const undefinedWithoutError = new Set<string>([]);

test('names are sorted and unique', () => {
  expect(regoBuiltinNames).toEqual([...new Set(regoBuiltinNames)].toSorted());
});
