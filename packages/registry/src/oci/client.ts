import { createAuthenticator } from '../authentication/authenticator.ts';
import { basicAuthorization } from '../authentication/token.ts';
import type { CredentialSource } from '../credentials/credential.ts';
import { NotAuthorizedError, NotInRegistryError, RegistryError } from '../errors.ts';
import { noSources, type Sources } from '../sources.ts';
import { streamWithDeadline, withDeadline } from '../transport/deadline.ts';
import { type Proxies, proxiesFromEnvironment } from '../transport/proxies.ts';
import { readResumably } from '../transport/read-body.ts';
import { redact } from '../transport/redact.ts';
import { defaultTransferLimits, type TransferLimits } from '../transport/transfer-limits.ts';
import { type Answer, createTransport, type Transport } from '../transport/transport.ts';
import { formatImageReference, type ImageReference } from '../reference/image-reference.ts';
import { fetchBlobRange, streamBlob } from './blobs.ts';
import { fetchImageManifest, fetchManifest, pushManifest, resolveDigest } from './manifests.ts';
import { listReferrers } from './referrers.ts';
import type { RegistryClient, TransferOptions } from './registry-client.ts';
import { createSession } from './session.ts';
import { listTags } from './tags.ts';
import { pushBlob } from './uploads.ts';

export interface RegistryClientOptions {
  /** How hosts are reached. Default: by verified TLS, all of them. */
  readonly sources?: Sources;
  /** Used where `sources` names none. Default: those of the environment. */
  readonly proxies?: Proxies;
  readonly limits?: Partial<TransferLimits>;
  /** Default: none; everything is asked for anonymously. */
  readonly credentials?: CredentialSource;
  /** Hears what a user should know: that a host is reached without protection, that credentials cannot be used. */
  readonly warn?: (message: string) => void;
}

/**
 * Makes a client for registries and web servers. It is to be closed when it is not needed any more.
 *
 * @throws SourcesError when a proxy cannot be used
 */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const sources = options.sources ?? noSources;
  const limits = { ...defaultTransferLimits, ...options.limits };
  const warn = options.warn ?? (() => undefined);
  const transport = createTransport({
    sources: withDockerHub(sources),
    proxies: sources.proxies ?? options.proxies ?? proxiesFromEnvironment(process.env),
    limits,
    warn,
  });
  const authenticator = createAuthenticator(transport, options.credentials, warn);
  const session = createSession(transport, authenticator, limits);

  const within = <T>(
    image: ImageReference,
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => withDeadline(limits.totalMilliseconds, formatImageReference(image), signal, run);

  return {
    resolveDigest: (image, { signal } = {}) =>
      within(image, signal, (signal) => resolveDigest(session, image, signal)),
    fetchManifest: (image, { signal } = {}) =>
      within(image, signal, (signal) => fetchManifest(session, image, signal)),
    fetchImageManifest: (image, { signal } = {}) =>
      within(image, signal, (signal) => fetchImageManifest(session, image, signal)),
    fetchBlob: (image, blob, { signal, maximumBytes }) =>
      within(image, signal, async (signal) => {
        const pieces: Uint8Array[] = [];
        for await (const piece of streamBlob(session, image, blob, { signal, maximumBytes })) {
          pieces.push(piece);
        }
        return Buffer.concat(pieces);
      }),
    streamBlob: (image, blob, { signal, onProgress } = {}) =>
      streamWithDeadline(limits.totalMilliseconds, formatImageReference(image), signal, (signal) =>
        streamBlob(session, image, blob, { signal, maximumBytes: limits.maximumBytes, onProgress }),
      ),
    fetchBlobRange: (image, blob, range, { signal } = {}) =>
      within(image, signal, (signal) => fetchBlobRange(session, image, blob, range, signal)),
    pushBlob: (image, content, { signal, onProgress } = {}) =>
      within(image, signal, (signal) => pushBlob({ session, image, content, signal, onProgress })),
    pushManifest: (image, bytes, mediaType, { signal } = {}) =>
      within(image, signal, (signal) => pushManifest(session, image, bytes, mediaType, signal)),
    listTags: (image, { signal } = {}) => within(image, signal, (signal) => listTags(session, image, signal)),
    listReferrers: (image, { signal, artifactType } = {}) =>
      within(image, signal, (signal) => listReferrers(session, image, artifactType, signal)),
    streamUrl: (url, { signal, onProgress } = {}) =>
      streamWithDeadline(limits.totalMilliseconds, redact(url), signal, (signal) =>
        streamUrl(transport, url, limits, signal, onProgress),
      ),
    close: () => transport.close(),
  };
}

/** `sources.yaml` may call Docker Hub as references do, or by the name of its registry. */
function withDockerHub(sources: Sources): Sources {
  const authorities = [
    ...(sources.sourceAuthorities.get('docker.io') ?? []),
    ...(sources.sourceAuthorities.get('index.docker.io') ?? []),
  ];
  const isInsecure = sources.insecureSources.has('index.docker.io');
  if (authorities.length === 0 && !isInsecure) return sources;
  return {
    ...sources,
    insecureSources: new Set([...sources.insecureSources, ...(isInsecure ? ['docker.io'] : [])]),
    sourceAuthorities: new Map([...sources.sourceAuthorities, ['docker.io', authorities]]),
  };
}

function streamUrl(
  transport: Transport,
  url: URL,
  limits: TransferLimits,
  signal: AbortSignal,
  onProgress: TransferOptions['onProgress'],
): AsyncIterable<Uint8Array> {
  const target = new URL(url);
  target.username = '';
  target.password = '';
  target.hash = '';
  const { maximumBytes } = limits;
  const checkSize = (bytes: number, answer: Answer): void => {
    if (bytes <= maximumBytes) return;
    throw new RegistryError(`the answer of ${redact(answer.url)} is larger than ${maximumBytes} bytes`);
  };
  return readResumably({
    size: undefined,
    limits,
    signal,
    onProgress,
    hashAlgorithm: 'sha256',
    checkSize,
    open: () =>
      transport.request(
        {
          method: 'GET',
          url: target,
          sourceKey: target.host,
          repeatable: true,
          signal,
          ...(url.username !== '' && {
            authorization: basicAuthorization(
              decodeURIComponent(url.username),
              decodeURIComponent(url.password),
            ),
          }),
        },
        (answer) => {
          if (answer.status !== 200) {
            answer.discard();
            throw webFailure(answer);
          }
          try {
            checkSize(Number(answer.header('content-length') ?? 0), answer);
          } catch (error) {
            answer.discard();
            throw error;
          }
          return answer;
        },
      ),
  });
}

function webFailure({ url, status }: Answer): RegistryError {
  const message = `${redact(url)} answered with HTTP status ${status}`;
  if (status === 401 || status === 403) return new NotAuthorizedError(message);
  return status === 404 ? new NotInRegistryError(message) : new RegistryError(message);
}
