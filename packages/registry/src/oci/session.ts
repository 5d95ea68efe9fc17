import {
  type Actions,
  type Authenticator,
  type Demand,
  readDemand,
  type Scope,
} from '../authentication/authenticator.ts';
import { NotAuthorizedError } from '../errors.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { redact } from '../transport/redact.ts';
import type { TransferLimits } from '../transport/transfer-limits.ts';
import type { Answer, RequestBody, Transport, TransportRequest } from '../transport/transport.ts';
import { belongsToRegistry, registryUrl } from './endpoint.ts';

/** A request about a repository. */
interface RepositoryRequest {
  readonly method: TransportRequest['method'];
  /** Below `/v2/<repository>/`, or the address that the registry has named before. */
  readonly target: string | URL;
  readonly actions: Actions;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  readonly repeatable?: boolean;
  readonly signal: AbortSignal;
}

/** Asks registries, showing them the credentials that they want to see. */
export interface Session {
  readonly limits: TransferLimits;
  /** As `Transport.request`; an answer with status 401 becomes a NotAuthorizedError. */
  request<T>(
    image: ImageReference,
    request: RepositoryRequest,
    consume: (answer: Answer) => Promise<T> | T,
  ): Promise<T>;
  /** The address to which a `Location` or `Link` of an answer points. */
  resolve(image: ImageReference, location: string, answer: Answer): URL | undefined;
}

export function createSession(
  transport: Transport,
  authenticator: Authenticator,
  limits: TransferLimits,
): Session {
  const attempt = async <T>(
    image: ImageReference,
    request: RepositoryRequest,
    authorization: string | undefined,
    consume: (answer: Answer) => Promise<T> | T,
  ): Promise<{ readonly value: T } | { readonly demand: Demand; readonly url: URL }> => {
    const { target, actions: _, repeatable = true, ...rest } = request;
    const url =
      typeof target === 'string' ? registryUrl(image.registry, `/v2/${image.repository}/${target}`) : target;
    const isHome = belongsToRegistry(image.registry, url);
    return transport.request(
      {
        ...rest,
        url,
        sourceKey: isHome ? image.registry : url.host,
        ...(!isHome && { onBehalfOf: image.registry }),
        ...(isHome && authorization !== undefined && { authorization }),
        repeatable,
      },
      async (answer) =>
        answer.status === 401
          ? { demand: readDemand(image.registry, answer), url: answer.url }
          : { value: await consume(answer) },
    );
  };

  return {
    limits,
    request: async (image, request, consume) => {
      const { signal } = request;
      const scope: Scope = {
        registry: image.registry,
        repository: image.repository,
        actions: request.actions,
      };
      const authorization = await authenticator.authorize(scope, signal);
      const first = await attempt(image, request, authorization, consume);
      if ('value' in first) return first.value;
      const other = await authenticator.reauthorize(scope, authorization, first.demand, signal);
      const second = other === undefined ? first : await attempt(image, request, other, consume);
      if ('value' in second) return second.value;
      throw new NotAuthorizedError(
        `Not authorized: url ${redact(second.url)}; ${await authenticator.explainCredentials(image.registry)}`,
      );
    },
    resolve: (image, location, answer) => {
      const target = URL.parse(location, answer.url.href);
      if (target === null || (target.protocol !== 'https:' && target.protocol !== 'http:')) return undefined;
      // A registry behind a proxy may not know that it is reached by TLS; its own host is asked as before.
      if (belongsToRegistry(image.registry, target)) {
        return registryUrl(image.registry, `${target.pathname}${target.search}`);
      }
      const isUnprotected = target.protocol === 'http:' && !transport.isInsecure(target.host);
      return isUnprotected && answer.protection !== 'plain' ? undefined : target;
    },
  };
}
