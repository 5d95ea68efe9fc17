import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bundle } from '../bundle/bundle.ts';
import type { BundledPackage, PolicyInputs } from '../compiled-policy.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly licence?: string;
}

/** Finds out which packages the files of a bundle belong to. */
export async function findInputs({ metafile, root }: Bundle): Promise<PolicyInputs> {
  const manifests = new Map<string, Promise<Manifest | undefined>>();
  const manifestOf = (folder: string): Promise<Manifest | undefined> => {
    let manifest = manifests.get(folder);
    if (manifest === undefined) {
      manifest = readNearestManifest(folder, manifestOf);
      manifests.set(folder, manifest);
    }
    return manifest;
  };
  const project = await manifestOf(root);
  const bytesOf = new Map<string, number>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) bytesOf.set(file, bytesInOutput);
  }
  const packages = new Map<string, BundledPackage>();
  const files = [...bytesOf.keys()].toSorted();
  for (const file of files) {
    const manifest = await manifestOf(dirname(resolve(root, file)));
    if (manifest === undefined || manifest === project) continue;
    const key = `${manifest.name}@${manifest.version}`;
    const bytes = (packages.get(key)?.bytes ?? 0) + bytesOf.get(file)!;
    packages.set(key, { ...manifest, bytes });
  }
  for (const manifest of await engineManifests()) {
    packages.set(`${manifest.name}@${manifest.version}`, { ...manifest, bytes: 0 });
  }
  return {
    ...(project === undefined ? {} : { project: { name: project.name, version: project.version } }),
    files,
    packages: [...packages.keys()].toSorted().map((key) => packages.get(key)!),
  };
}

/** The engine's package and this one, whose runtime is in every module. */
async function engineManifests(): Promise<Manifest[]> {
  const files = [
    import.meta.resolve('quickjs-wasi/package.json'),
    new URL('../../package.json', import.meta.url),
  ];
  const manifests = await Promise.all(files.map((file) => readManifest(fileURLToPath(file))));
  return manifests.filter((manifest) => manifest !== undefined);
}

async function readNearestManifest(
  folder: string,
  above: (folder: string) => Promise<Manifest | undefined>,
): Promise<Manifest | undefined> {
  const manifest = await readManifest(join(folder, 'package.json'));
  const parent = dirname(folder);
  return manifest ?? (parent === folder ? undefined : above(parent));
}

/** Undefined for what is no package: a package.json without name and version only sets options. */
async function readManifest(path: string): Promise<Manifest | undefined> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
  const { name, version, license } = Object(content) as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string') return undefined;
  return {
    name,
    version: typeof version === 'string' ? version : '0.0.0',
    ...(typeof license === 'string' ? { licence: license } : {}),
  };
}
