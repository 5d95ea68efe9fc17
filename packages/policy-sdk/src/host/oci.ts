import { isObject, type JsonObject } from '../request/shape.ts';
import { callHostForObject } from './call.ts';

/** A reference from one OCI object to another (OCI image specification, `descriptor.md`). */
export interface OciDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
}

/** The manifest of an image for one platform (`manifest.md`; Docker's image manifest has the same fields). */
export interface OciImageManifest {
  readonly schemaVersion: number;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config: OciDescriptor;
  readonly layers: readonly OciDescriptor[];
  readonly subject?: OciDescriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The platform that an image is for. */
export interface OciPlatform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
}

/** An image for several platforms (`image-index.md`; Docker's manifest list has the same fields). */
export interface OciImageIndex {
  readonly schemaVersion: number;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly manifests: readonly (OciDescriptor & { readonly platform?: OciPlatform })[];
  readonly subject?: OciDescriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image index has `manifests`, an image manifest has `layers`. */
export type OciManifest = OciImageManifest | OciImageIndex;

/** The configuration of an image (OCI image specification, `config.md`). */
export interface OciImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly created?: string;
  readonly author?: string;
  readonly config?: {
    /** `user`, `uid`, `user:group`, `uid:gid`, … */
    readonly User?: string;
    readonly ExposedPorts?: Readonly<Record<string, object>>;
    readonly Env?: readonly string[];
    readonly Entrypoint?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly Volumes?: Readonly<Record<string, object>> | null;
    readonly WorkingDir?: string;
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly StopSignal?: string;
  };
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] };
  readonly history?: readonly {
    readonly created?: string;
    readonly created_by?: string;
    readonly author?: string;
    readonly comment?: string;
    readonly empty_layer?: boolean;
  }[];
}

/** An image's manifest with its digest and configuration. */
export interface OciManifestAndConfig {
  readonly manifest: OciImageManifest;
  readonly digest: string;
  readonly config: OciImageConfig;
}

/**
 * The digest of an image's manifest, as the registry has it now.
 *
 * @param image - a reference, for instance `ghcr.io/kubewarden/policy-server:latest`
 * @returns for instance `sha256:3b2…`
 * @throws HostError
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { manifestDigest } from '@kubewarden/policy-sdk/host/oci';
 *
 * export default definePolicy({
 *   validate: () => accept({ auditAnnotations: { digest: manifestDigest('nginx:latest') } }),
 * });
 * ```
 */
export function manifestDigest(image: string): string {
  const { digest } = callHostForObject('oci', 'v1/manifest_digest', image, hasDigest);
  return digest as string;
}

/**
 * The manifest of an image, or the index of one that is built for several platforms.
 *
 * @param image - a reference, for instance `ghcr.io/kubewarden/policy-server:latest`
 * @throws HostError
 *
 * @example
 * ```ts
 * import { accept, definePolicy, reject } from '@kubewarden/policy-sdk';
 * import { manifest } from '@kubewarden/policy-sdk/host/oci';
 *
 * export default definePolicy({
 *   validate() {
 *     const nginx = manifest('nginx:latest');
 *     const runsOnArm =
 *       'manifests' in nginx && nginx.manifests.some(({ platform }) => platform?.architecture === 'arm64');
 *     return runsOnArm ? accept() : reject({ message: 'images must be built for arm64 as well' });
 *   },
 * });
 * ```
 */
export function manifest(image: string): OciManifest {
  const answer = callHostForObject('oci', 'v1/oci_manifest', image, (answer) => isManifest(unwrap(answer)));
  return unwrap(answer) as unknown as OciManifest;
}

/**
 * The manifest and the configuration of an image, for the platform of the host where there are several.
 *
 * @param image - a reference, for instance `ghcr.io/kubewarden/policy-server:latest`
 * @throws HostError
 *
 * @example
 * ```ts
 * import { accept, definePolicy, reject } from '@kubewarden/policy-sdk';
 * import { manifestAndConfig } from '@kubewarden/policy-sdk/host/oci';
 *
 * export default definePolicy({
 *   validate() {
 *     const { config } = manifestAndConfig('nginx:latest');
 *     const user = config.config?.User ?? '';
 *     return user === '' || user === 'root' ? reject({ message: 'the image runs as root' }) : accept();
 *   },
 * });
 * ```
 */
export function manifestAndConfig(image: string): OciManifestAndConfig {
  return callHostForObject(
    'oci',
    'v1/oci_manifest_config',
    image,
    (answer) => hasDigest(answer) && isObject(answer['manifest']) && isObject(answer['config']),
  ) as unknown as OciManifestAndConfig;
}

function hasDigest({ digest }: JsonObject): boolean {
  return typeof digest === 'string';
}

function isManifest(answer: JsonObject): boolean {
  return Array.isArray(answer['layers']) || Array.isArray(answer['manifests']);
}

/** Hosts answer with the manifest itself; sessions recorded for older SDKs have it inside `image` or `index`. */
function unwrap(answer: JsonObject): JsonObject {
  const inner = answer['image'] ?? answer['index'];
  return !isManifest(answer) && isObject(inner) ? inner : answer;
}
