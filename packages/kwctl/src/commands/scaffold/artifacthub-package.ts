import { annotationKeys, type Metadata } from '@kubewarden/policy';
import { CliError } from '../../terminal/cli-error.ts';
import { formatYaml } from '../../terminal/yaml.ts';

type Annotations = Readonly<Record<string, string>>;

/**
 * The content of an artifacthub-pkg.yml (evaluator.md 2.4), in the key order of the original.
 *
 * @param questions content of the questions-ui file, if there is one
 * @throws CliError naming the annotation that is missing or malformed
 */
export function createArtifactHubPackage(
  metadata: Metadata,
  createdAt: Date,
  questions: string | undefined,
): object {
  const { annotations } = metadata;
  if (annotations === undefined || Object.keys(annotations).length === 0) {
    throw new CliError('no annotations in policy metadata. policy metadata must specify annotations');
  }
  if (questions?.trim() === '') throw new CliError('questions-ui content cannot be empty');
  const version = required(annotations, annotationKeys.version);
  checkVersion(version);
  const image = `${required(annotations, annotationKeys.ociUrl)}:v${version}`;
  return present({
    version,
    name: required(annotations, annotationKeys.title),
    displayName: required(annotations, annotationKeys.displayName),
    createdAt: createdAt.toISOString(),
    description: required(annotations, annotationKeys.description),
    license: annotations[annotationKeys.license],
    homeURL: url(annotations, annotationKeys.url),
    containersImages: [{ name: 'policy', image }],
    keywords: keywords(annotations),
    links: links(annotations, version),
    install: install(image),
    maintainers: maintainers(annotations),
    provider: { name: 'kubewarden' },
    recommendations: [{ url: 'https://artifacthub.io/packages/helm/kubewarden/kubewarden-controller' }],
    annotations: packageAnnotations(metadata, annotations, questions),
  });
}

function present(record: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function required(annotations: Annotations, key: string): string {
  const value = annotations[key];
  if (value === undefined) throw new CliError(`policy metadata must specify "${key}" in annotations`);
  return value;
}

/** Semantic Versioning 2.0.0. */
const semanticVersion =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

function checkVersion(version: string): void {
  if (!semanticVersion.test(version)) {
    throw new CliError(`policy version must be in semver: ${JSON.stringify(version)} is not`);
  }
}

function url(annotations: Annotations, key: string): string | undefined {
  const value = annotations[key];
  if (value === undefined) return undefined;
  if (URL.canParse(value)) return value;
  throw new CliError(
    `annotation "${JSON.stringify(key)}" in policy metadata must be a well formed URL: ${JSON.stringify(value)}`,
  );
}

function keywords(annotations: Annotations): string[] | undefined {
  const key = annotationKeys.keywords;
  const list = annotations[key]?.split(',').map((word) => word.trim());
  if (list?.some((word) => word === '')) {
    throw new CliError(`annotation "${key}" in policy metadata is malformed, must be csv values`);
  }
  return list;
}

function links(annotations: Annotations, version: string): object[] | undefined {
  const source = url(annotations, annotationKeys.source);
  if (source === undefined) return undefined;
  const own = { name: 'source', url: source };
  if (new URL(source).hostname !== 'github.com') return [own];
  const tag = encodeURIComponent(annotations[annotationKeys.releaseTag] ?? `v${version}`).replaceAll(
    '%20',
    '+',
  );
  return [{ name: 'policy', url: `${source}/releases/download/${tag}/policy.wasm` }, own];
}

/** Asserted to the letter by the original's tests. */
function install(image: string): string {
  return [
    'The policy can be obtained using [kwctl](https://docs.kubewarden.io/howtos/install-kwctl):',
    '```console',
    `kwctl pull ${image}`,
    '```',
    'Then, generate the policy manifest and tune it to your liking. For example:',
    '```console',
    `kwctl scaffold manifest -t ClusterAdmissionPolicy registry://${image}`,
    '```',
    '',
  ].join('\n');
}

function maintainers(annotations: Annotations): object[] | undefined {
  const key = annotationKeys.author;
  const value = annotations[key];
  if (value === undefined) return undefined;
  const entries = value.split(',').filter((entry) => entry.trim() !== '');
  if (entries.length === 0) {
    throw new CliError(
      `annotation "${key}" in policy metadata is malformed, must be csv values of "name <email>"`,
    );
  }
  return entries.map((entry) => {
    const [, name, email] =
      /^\s*"?([^"<>]*?)"?\s*<([^<>\s@,()[\]\\:;#$%]+@[^<>\s@,#$%]+)>\s*$/.exec(entry) ?? [];
    if (name === undefined || email === undefined) {
      throw new CliError(
        `annotation "${JSON.stringify(key)}" in policy metadata must be a well formed email: ${JSON.stringify(entry.trim())}`,
      );
    }
    return { name, email };
  });
}

function packageAnnotations(
  metadata: Metadata,
  annotations: Annotations,
  questions: string | undefined,
): Record<string, string> {
  const hidden = annotations[annotationKeys.hiddenUi];
  if (hidden !== undefined && hidden !== 'true' && hidden !== 'false') {
    throw new CliError(
      `annotation "${annotationKeys.hiddenUi}" in policy metadata is malformed, must be a string "true" or "false"`,
    );
  }
  const resources = annotations[annotationKeys.resources];
  return {
    'kubewarden/mutation': String(metadata.mutating),
    ...(resources === undefined ? {} : { 'kubewarden/resources': resources }),
    ...(metadata.contextAwareResources.length === 0
      ? {}
      : { 'kubewarden/contextAwareResources': formatYaml(metadata.contextAwareResources) }),
    'kubewarden/rules': formatYaml(metadata.rules),
    ...(questions === undefined ? {} : { 'kubewarden/questions-ui': questions }),
    ...(hidden === undefined ? {} : { 'kubewarden/hidden-ui': hidden }),
  };
}
