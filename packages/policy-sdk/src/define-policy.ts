import type { StandardSchemaV1 } from '@standard-schema/spec';
import { chain, type Awaitable } from './awaitable.ts';
import type { AdmissionRequest } from './request/admission-request.ts';
import { RequestError } from './request/error.ts';
import { isObject } from './request/shape.ts';
import { readAdmissionRequest, readReview } from './request/read-request.ts';
import { encodeValidationResponse } from './response/encode.ts';
import { stringifyMutated } from './response/numbers.ts';
import { reject, type ValidationResponse } from './response/response.ts';
import { checkSettings, type CheckedSettings } from './settings/schema.ts';
import type { SettingsValidationResponse } from './settings/settings.ts';

/**
 * A policy as the compiler takes it, speaking the JSON of Kubewarden's guest protocol. It is what the default export
 * of a policy's file must be.
 */
export interface Policy {
  readonly protocolVersion: 'v1';
  /**
   * @param payload - `{"request": …, "settings": …}`
   * @returns a ValidationResponse; a promise only where the policy itself, or its schema, gives one
   * @throws whatever the policy's handler throws
   */
  readonly validate: (payload: string) => Awaitable<string>;
  /**
   * @param payload - the settings
   * @returns a SettingsValidationResponse
   */
  readonly validateSettings: (payload: string) => Awaitable<string>;
}

/** Settings that no schema describes. */
export type AnySettings = Readonly<Record<string, unknown>>;

/** What an author writes. */
export interface PolicyHandlers<Request, Settings> {
  /** Judges a request. Whatever it throws is a failure of the policy, and rejects the request with the code 500. */
  validate(request: Request, settings: Settings): Awaitable<ValidationResponse>;
  /** Checks what a schema cannot say. Called when the policy is loaded, and only with settings that fit the schema. */
  validateSettings?(settings: Settings): Awaitable<SettingsValidationResponse>;
}

/** Handlers, with a schema that describes their settings. */
export interface PolicyWithSchema<Request, Schema extends StandardSchemaV1> extends PolicyHandlers<
  Request,
  StandardSchemaV1.InferOutput<Schema>
> {
  /** A schema of any library that follows https://standardschema.dev; defaults and transformations apply. */
  readonly settings: Schema;
}

/** Handlers that take settings as they come. */
export interface PolicyWithoutSchema<Request, Settings> extends PolicyHandlers<Request, Settings> {
  readonly settings?: undefined;
}

/**
 * Defines a policy that judges Kubernetes requests.
 *
 * The type of the settings comes from the schema. Without one, it is the type parameter, and nobody checks it but
 * `validateSettings`.
 *
 * A request that is not what Kubernetes sends, and settings that do not fit the schema, are rejected before the
 * handler is called.
 *
 * @example
 * ```ts
 * import { accept, definePolicy, reject } from '@kubewarden/policy-sdk';
 * import * as v from 'valibot';
 *
 * export default definePolicy({
 *   settings: v.object({ denied_names: v.array(v.string()) }),
 *   validate(request, settings) {
 *     const name = request.object?.metadata?.name ?? '';
 *     if (!settings.denied_names.includes(name)) return accept();
 *     return reject({ message: `the name ${name} is denied`, code: 403 });
 *   },
 * });
 * ```
 */
export function definePolicy<Schema extends StandardSchemaV1>(
  handlers: PolicyWithSchema<AdmissionRequest, Schema>,
): Policy;
export function definePolicy<Settings = AnySettings>(
  handlers: PolicyWithoutSchema<AdmissionRequest, Settings>,
): Policy;
export function definePolicy(handlers: AnyHandlers<AdmissionRequest>): Policy {
  return policyOf(handlers, readAdmissionRequest, ['request', 'object']);
}

/**
 * Defines a policy of type `raw`: the request is any JSON, and has not been checked.
 *
 * @example
 * ```ts
 * import { accept, defineRawPolicy, reject } from '@kubewarden/policy-sdk';
 *
 * export default defineRawPolicy({
 *   validate(request) {
 *     const { user } = request as { user?: unknown };
 *     return user === 'tonio' ? accept() : reject({ message: 'only tonio may do this' });
 *   },
 * });
 * ```
 */
export function defineRawPolicy<Schema extends StandardSchemaV1>(
  handlers: PolicyWithSchema<unknown, Schema>,
): Policy;
export function defineRawPolicy<Settings = AnySettings>(
  handlers: PolicyWithoutSchema<unknown, Settings>,
): Policy;
export function defineRawPolicy(handlers: AnyHandlers<unknown>): Policy {
  return policyOf(handlers, (request) => request, ['request']);
}

type AnyHandlers<Request> = PolicyHandlers<Request, unknown> & {
  readonly settings?: StandardSchemaV1 | undefined;
};

/** @param original - where in the payload the object is that a mutation changes */
function policyOf<Request>(
  handlers: AnyHandlers<Request>,
  readRequest: (request: unknown) => Request,
  original: readonly string[],
): Policy {
  const { settings: schema } = handlers;
  const check = (settings: unknown): Awaitable<CheckedSettings<unknown>> =>
    schema === undefined ? { value: settings } : checkSettings(schema, settings);

  function judge(payload: string): Awaitable<ValidationResponse> {
    const review = readReview(payload);
    const request = readRequest(review.request);
    return chain(check(review.settings), (settings) =>
      'problem' in settings
        ? reject({ message: `the settings are not valid: ${settings.problem}`, code: 500 })
        : handlers.validate(request, settings.value),
    );
  }

  return {
    protocolVersion: 'v1',
    validate(payload) {
      const encode = (response: unknown): string =>
        encodeValidationResponse(response, (mutated) => stringifyMutated(mutated, payload, original));
      try {
        const verdict = judge(payload);
        return verdict instanceof Promise ? verdict.catch(rejectWrongRequest).then(encode) : encode(verdict);
      } catch (error) {
        return encode(rejectWrongRequest(error));
      }
    },
    validateSettings(payload) {
      let settings: unknown;
      try {
        settings = JSON.parse(payload) ?? {};
      } catch (error) {
        return encodeSettingsResponse({ valid: false, message: `not JSON: ${(error as Error).message}` });
      }
      return chain(
        chain(check(settings), (checked): Awaitable<SettingsValidationResponse> => {
          if ('problem' in checked) return { valid: false, message: checked.problem };
          return handlers.validateSettings?.(checked.value) ?? { valid: true };
        }),
        encodeSettingsResponse,
      );
    },
  };
}

/** @throws the error, if it is about anything but the request */
function rejectWrongRequest(error: unknown): ValidationResponse {
  if (!(error instanceof RequestError)) throw error;
  return reject({ message: error.message, code: 400 });
}

/** @throws TypeError if the handler returned something else; the host then refuses the settings */
function encodeSettingsResponse(response: unknown): string {
  if (!isObject(response) || typeof response['valid'] !== 'boolean') {
    throw new TypeError('validateSettings must return acceptSettings() or rejectSettings(…)');
  }
  const { valid, message } = response;
  if (message !== undefined && typeof message !== 'string') {
    throw new TypeError('the message of validateSettings must be a string');
  }
  return JSON.stringify({ valid, message });
}
