import { expect, it } from 'vitest';
import { linkEngine } from '../../engine/link.ts';
import { abis } from '../testing/policy.ts';
import { linkedEngine } from './link.ts';

it.each(abis)('the linked engine of %s is what its source makes', async (abi) => {
  expect(Buffer.compare(linkEngine(abi), await linkedEngine(abi))).toBe(0);
});
