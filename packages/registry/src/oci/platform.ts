import type { IndexEntry } from './manifest.ts';

const operatingSystems: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };
const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
  mipsel: 'mipsle',
  loong64: 'loong64',
};

/** The entry for this machine, by the names that Go has for its parts; variants play no role. */
export function entryForThisPlatform(
  entries: readonly IndexEntry[],
  machine: { readonly platform: string; readonly arch: string } = process,
): IndexEntry | undefined {
  const os = operatingSystems[machine.platform] ?? machine.platform;
  const architecture = architectures[machine.arch] ?? machine.arch;
  return entries.find(({ platform }) => platform?.os === os && platform.architecture === architecture);
}
