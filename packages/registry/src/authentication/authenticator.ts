import type { Credential, CredentialSource } from '../credentials/credential.ts';
import { belongsToRegistry, registryUrl } from '../oci/endpoint.ts';
import { NotAuthorizedError } from '../errors.ts';
import type { Protection } from '../transport/dispatchers.ts';
import type { Answer, Transport } from '../transport/transport.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { basicAuthorization, requestToken, type Token } from './token.ts';

export type Actions = 'pull' | 'pull,push';

export interface Scope {
  readonly registry: string;
  readonly repository: string;
  readonly actions: Actions;
}

/** What a registry wants to see, and how it was reached when it said so. */
export interface Demand {
  readonly challenges: readonly Challenge[];
  readonly protection: Protection;
}

/** Knows what each registry wants to see, and gets it. */
export interface Authenticator {
  /** The value of the `Authorization` header for a request; `undefined` if it needs none, or there is none. */
  authorize(scope: Scope, signal: AbortSignal): Promise<string | undefined>;
  /**
   * What to send instead after a registry has refused `refused`; `undefined` when nothing else can be sent.
   */
  reauthorize(
    scope: Scope,
    refused: string | undefined,
    demand: Demand,
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** Says for messages where credentials were looked for. */
  explainCredentials(registry: string): Promise<string>;
}

const maximumTokens = 1_000;

export function createAuthenticator(
  transport: Transport,
  source: CredentialSource | undefined,
  warn: (message: string) => void,
): Authenticator {
  const demands = new Map<string, Demand>();
  const credentials = new Map<string, Promise<Credential | undefined>>();
  const tokens = new Map<string, Token>();

  const credentialFor = (registry: string): Promise<Credential | undefined> => {
    const found = credentials.get(registry) ?? source?.(registry) ?? Promise.resolve(undefined);
    credentials.set(registry, found);
    return found;
  };

  const explainCredentials = async (registry: string): Promise<string> => {
    if (source === undefined) return 'no credentials were given';
    const place = source.description === undefined ? '' : ` in ${source.description}`;
    const found = await credentialFor(registry);
    return found === undefined
      ? `no credentials for ${registry} were found${place}`
      : `the credentials for ${registry}${place} were refused`;
  };

  const basic = async (registry: string): Promise<string | undefined> => {
    const credential = await credentialFor(registry);
    if (credential?.kind === 'identity-token') {
      warn(
        `${registry} wants a password, and there is an identity token only; using anonymous access instead`,
      );
    }
    return credential?.kind === 'password'
      ? basicAuthorization(credential.username, credential.password)
      : undefined;
  };

  const bearer = async (
    scope: Scope,
    challenge: Challenge,
    protection: Protection,
    signal: AbortSignal,
  ): Promise<string> => {
    const { registry, repository, actions } = scope;
    const key = `${registry}/${repository}:${actions}`;
    const known = tokens.get(key);
    if (known !== undefined && known.expires > Date.now()) return known.authorization;
    try {
      const token = await requestToken(transport, {
        challenge,
        registry,
        registryIsUnprotected: protection !== 'verified',
        scope: `repository:${repository}:${actions}`,
        credential: await credentialFor(registry),
        signal,
      });
      if (tokens.size >= maximumTokens) tokens.clear();
      tokens.set(key, token);
      return token.authorization;
    } catch (cause) {
      if (!(cause instanceof NotAuthorizedError)) throw cause;
      throw new NotAuthorizedError(`${cause.message}; ${await explainCredentials(registry)}`, { cause });
    }
  };

  const satisfy = async (
    scope: Scope,
    { challenges, protection }: Demand,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const challenge = challenges.find(({ scheme }) => scheme === 'bearer');
    if (challenge !== undefined) return bearer(scope, challenge, protection, signal);
    return challenges.some(({ scheme }) => scheme === 'basic') ? basic(scope.registry) : undefined;
  };

  const ask = async (registry: string, signal: AbortSignal): Promise<Demand> => {
    const demand = await transport.request(
      { method: 'GET', url: registryUrl(registry, '/v2/'), sourceKey: registry, repeatable: true, signal },
      (answer) => readDemand(registry, answer),
    );
    demands.set(registry, demand);
    return demand;
  };

  return {
    authorize: async (scope, signal) =>
      satisfy(scope, demands.get(scope.registry) ?? (await ask(scope.registry, signal)), signal),
    reauthorize: async (scope, refused, demand, signal) => {
      if (demand.challenges.length > 0) demands.set(scope.registry, demand);
      const { registry, repository, actions } = scope;
      // They may have been renewed since: a file is written anew, a helper gives what lives for hours.
      if (refused !== undefined) credentials.delete(registry);
      const key = `${registry}/${repository}:${actions}`;
      if (tokens.get(key)?.authorization === refused) tokens.delete(key);
      const authorization = await satisfy(scope, demand, signal);
      return authorization === refused ? undefined : authorization;
    },
    explainCredentials,
  };
}

/** Reads what an answer demands, and nothing else of it. Hosts that a registry redirects to may demand nothing. */
export function readDemand(registry: string, answer: Answer): Demand {
  answer.discard();
  return {
    challenges: belongsToRegistry(registry, answer.url)
      ? parseChallenges(answer.headers('www-authenticate'))
      : [],
    protection: answer.protection,
  };
}
