import { BuiltinError, stringOperand, type BuiltinTable } from './builtin.ts';

export const semver: BuiltinTable = {
  'semver.is_valid': (_context, text) => typeof text === 'string' && parse(text) !== undefined,

  'semver.compare'(_context, a, b) {
    return BigInt(compare(versionOperand(a, 1), versionOperand(b, 2)));
  },
};

interface Version {
  readonly numbers: readonly bigint[];
  readonly preRelease: string;
}

const largest = 2n ** 63n - 1n;
const identifiers = /^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/;

/** A version as OPA reads it: Semantic Versioning 2.0.0, with or without a leading `v`. */
function parse(text: string): Version | undefined {
  const [, version = '', preRelease, build] = /^v?([^+-]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(text) ?? [];
  if (build !== undefined && !identifiers.test(build)) return undefined;
  if (preRelease !== undefined) {
    if (!identifiers.test(preRelease)) return undefined;
    if (preRelease.split('.').some((identifier) => /^0\d+$/.test(identifier))) return undefined;
  }
  if (!/^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/.test(version)) return undefined;
  const numbers = version.split('.').map(BigInt);
  return numbers.some((number) => number > largest) ? undefined : { numbers, preRelease: preRelease ?? '' };
}

function versionOperand(value: Parameters<typeof stringOperand>[0], position: number): Version {
  const text = stringOperand(value, position);
  const version = parse(text);
  if (version === undefined) {
    throw new BuiltinError(`operand ${position}: string ${JSON.stringify(text)} is not a valid SemVer`);
  }
  return version;
}

/** Build metadata has no part in the order. */
function compare(a: Version, b: Version): -1 | 0 | 1 {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] as bigint;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.preRelease === b.preRelease) return 0;
  if (a.preRelease === '' || b.preRelease === '') return a.preRelease === '' ? 1 : -1;
  const others = b.preRelease.split('.');
  for (const [index, identifier] of a.preRelease.split('.').entries()) {
    const order = compareIdentifiers(identifier, others[index]);
    if (order !== 0) return order;
  }
  return -1;
}

function compareIdentifiers(a: string, b: string | undefined): -1 | 0 | 1 {
  if (b === undefined) return 1;
  if (a === b) return 0;
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  if (aIsNumber) return BigInt(a) < BigInt(b) ? -1 : 1;
  return a < b ? -1 : 1;
}
