import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  accept,
  acceptSettings,
  definePolicy,
  defineRawPolicy,
  extractPodSpec,
  mutate,
  reject,
  rejectSettings,
  RequestError,
  type Policy,
  type ValidationResponse,
} from './index.ts';

const request = {
  uid: 'u',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  resource: { group: '', version: 'v1', resource: 'pods' },
  operation: 'CREATE',
  userInfo: {},
  object: { metadata: { name: 'nginx' } },
};
const review = (changes: object = {}, settings?: unknown): string =>
  JSON.stringify({ request: { ...request, ...changes }, settings });
const rejected = (message: string): object => ({ accepted: false, message, code: 400 });
const answering = (response: ValidationResponse): Policy => definePolicy({ validate: () => response });

describe('the answer to validate', () => {
  it.each([
    [accept(), '{"accepted":true}'],
    [accept({ warnings: ['w'] }), '{"accepted":true,"warnings":["w"]}'],
    [reject({ message: 'no' }), '{"accepted":false,"message":"no"}'],
    [
      reject({ message: 'no', code: 403, auditAnnotations: { a: 'b' }, warnings: ['w'] }),
      '{"accepted":false,"message":"no","code":403,"audit_annotations":{"a":"b"},"warnings":["w"]}',
    ],
    [mutate({ kind: 'Pod' }), '{"accepted":true,"mutated_object":{"kind":"Pod"}}'],
    [mutate([], { auditAnnotations: {} }), '{"accepted":true,"mutated_object":[],"audit_annotations":{}}'],
  ])('is exactly what the host reads: %j', (response, wire) => {
    expect(answering(response).validate(review())).toBe(wire);
  });

  it('is a promise only where something is waited for', async () => {
    const waiting = definePolicy({ validate: async () => accept() }).validate(review());
    expect(waiting).toBeInstanceOf(Promise);
    expect(await waiting).toBe('{"accepted":true}');
  });

  it.each([
    [undefined, 'validate must return'],
    [{}, 'validate must return'],
    [{ accepted: 1 }, 'validate must return'],
    [{ accepted: false, message: 1 }, 'message must be a string'],
    [{ accepted: false, code: 65_536 }, 'code must be an integer'],
    [{ accepted: false, code: 1.5 }, 'code must be an integer'],
    [{ accepted: true, auditAnnotations: { a: 1 } }, 'auditAnnotations must be'],
    [{ accepted: true, warnings: ['a', 1] }, 'warnings must be'],
    [{ accepted: true, mutatedObject: () => 1 }, 'the mutated object must be JSON'],
  ])('is never made of what a handler should not have returned: %j', async (response, problem) => {
    expect(() => answering(response as ValidationResponse).validate(review())).toThrow(problem);
    const waiting = definePolicy({ validate: async () => response as ValidationResponse });
    await expect(waiting.validate(review())).rejects.toThrow(problem);
  });

  it('is not there when the policy fails', async () => {
    const failure = new TypeError('x is undefined');
    const fails = (): never => {
      throw failure;
    };
    expect(() => definePolicy({ validate: fails }).validate(review())).toThrow(failure);
    await expect(definePolicy({ validate: async () => fails() }).validate(review())).rejects.toBe(failure);
    expect(() => mutate(undefined)).toThrow('mutate needs the object');
  });
});

describe('the numbers of a mutated object', () => {
  const labelled = definePolicy({
    validate: ({ object }) => mutate({ ...object, metadata: { labels: { a: 'b' } } }),
  });

  it('are written as they were, where the policy did not touch them', () => {
    const payload =
      '{"request":{"uid":"u","kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"operation":"CREATE","userInfo":{},' +
      '"object":{"big":12345678901234567890,"float":1.0,"list":[1e+16,-0.0,1.5,7],"nested":{"__proto__":{"x":2.50}},"text":":1.0,"}},"settings":{}}';
    expect(labelled.validate(payload)).toBe(
      '{"accepted":true,"mutated_object":{"big":12345678901234567890,"float":1.0,"list":[1e+16,-0.0,1.5,7],"nested":{"__proto__":{"x":2.50}},"text":":1.0,","metadata":{"labels":{"a":"b"}}}}',
    );
  });

  it('are those of the policy, where it did', () => {
    const policy = definePolicy({
      validate: ({ object }) => mutate({ ...object, float: 2, list: [1, 'x'], added: 1 }),
    });
    const payload = review().replace('{"metadata":', '{"float":1.0,"list":[1.0,{"a":1.0}],"metadata":');
    expect(policy.validate(payload)).toContain('"float":2,"list":[1.0,"x"],');
  });

  it('are those of a raw request as well', () => {
    const policy = defineRawPolicy({ validate: (request) => mutate(request) });
    expect(policy.validate('{"request":{"object":{"a":1.0},"b":2.0}}')).toBe(
      '{"accepted":true,"mutated_object":{"object":{"a":1.0},"b":2.0}}',
    );
  });

  it('survive, whatever they are', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
      fc.integer().map((value) => `${value}.0`),
      fc.tuple(fc.integer(), fc.integer({ min: 0, max: 20 })).map(([a, b]) => `${a}e${b}`),
      fc.tuple(fc.integer(), fc.nat()).map(([a, b]) => `${a}.${b}00`),
    );
    const policy = defineRawPolicy({ validate: (request) => mutate(request) });
    fc.assert(
      fc.property(fc.array(number), (numbers) => {
        const list = `[${numbers.join(',')}]`;
        const answer = policy.validate(`{"request":{"numbers":${list}}}`) as string;
        const written = answer.slice(answer.indexOf('['), -2).slice(1, -1);
        const rewritten = written === '' ? [] : written.split(',');
        expect(rewritten.length).toBe(numbers.length);
        rewritten.forEach((text, index) => {
          const original = numbers[index]!;
          // The host tells integers, which it keeps digit by digit, from doubles, which it compares as such.
          if (!/[.e]/i.test(original)) expect(text).toBe(original);
          else {
            expect(text).toMatch(/[.e]/i);
            expect(Number(text)).toBe(Number(original));
          }
        });
      }),
    );
  });
});

const refuse = (): never => {
  throw new RequestError('no such thing');
};

describe('a request that cannot be judged', () => {
  it.each([
    ['', 'the payload is not JSON: Unexpected end of JSON input'],
    ['[]', 'the payload must be an object'],
    ['null', 'the payload must be an object'],
    ['{}', 'the payload has no request'],
    ['{"request":null}', 'request must be an object'],
    ['{"request":"x"}', 'request must be an object'],
    ['{"request":{}}', 'request.uid must be a string'],
    [review({ uid: 1 }), 'request.uid must be a string'],
    [review({ kind: undefined }), 'request.kind must be an object'],
    [review({ kind: null }), 'request.kind must be an object'],
    [review({ kind: { group: '', version: 'v1' } }), 'request.kind.kind must be a string'],
    [review({ resource: [] }), 'request.resource must be an object'],
    [review({ operation: {} }), 'request.operation must be a string'],
    [review({ userInfo: 'root' }), 'request.userInfo must be an object'],
    [review({ namespace: 1 }), 'request.namespace must be a string'],
    [review({ object: 'pod' }), 'request.object must be an object'],
    [review({ oldObject: [1] }), 'request.oldObject must be an object'],
  ])('is rejected with a sentence: %s', (payload, message) => {
    expect(JSON.parse(answering(accept()).validate(payload) as string)).toEqual(rejected(message));
  });

  it('is rejected with the sentence of the handler, too', async () => {
    expect(JSON.parse(definePolicy({ validate: refuse }).validate(review()) as string)).toEqual(
      rejected('no such thing'),
    );
    expect(JSON.parse(await definePolicy({ validate: async () => refuse() }).validate(review()))).toEqual(
      rejected('no such thing'),
    );
  });

  it('never makes the policy fail, whatever it is', () => {
    const policy = definePolicy({
      validate: (request) => (extractPodSpec(request) === undefined ? accept() : mutate(request.object)),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc
            .record({ request: fc.jsonValue(), settings: fc.jsonValue() })
            .map((value) => JSON.stringify(value)),
          fc
            .record(
              {
                kind: fc.jsonValue(),
                object: fc.jsonValue(),
                userInfo: fc.jsonValue(),
                name: fc.jsonValue(),
              },
              { requiredKeys: [] },
            )
            .map((changes) => review(changes)),
          fc.jsonValue().map((spec) => review({ object: { spec } })),
          fc.jsonValue().map((containers) => review({ object: { spec: { containers } } })),
        ),
        (payload) => {
          const answer = JSON.parse(policy.validate(payload) as string) as ValidationResponse;
          expect(answer.accepted || typeof answer.message === 'string').toBe(true);
        },
      ),
    );
  });

  it('is judged when only what may be absent is null', () => {
    let seen: unknown;
    const policy = definePolicy({
      validate(request) {
        seen = request;
        return accept();
      },
    });
    expect(policy.validate(review({ operation: 'DELETE', object: null, name: null }))).toBe(
      '{"accepted":true}',
    );
    expect(seen).not.toHaveProperty('object');
    expect(seen).not.toHaveProperty('name');
  });
});

describe('a raw request', () => {
  it.each([['1'], ['null'], ['"text"'], ['[1]'], ['{"user":"tonio"}']])('may be any JSON: %s', (request) => {
    let seen: unknown;
    const policy = defineRawPolicy({
      validate(request) {
        seen = request;
        return accept();
      },
    });
    expect(policy.validate(`{"request":${request},"settings":{}}`)).toBe('{"accepted":true}');
    expect(seen).toEqual(JSON.parse(request));
  });
});

const showLimit = (_request: unknown, settings: { readonly limit: number }): ValidationResponse =>
  reject({ message: `limit ${settings.limit}` });

describe('settings', () => {
  const withValibot = definePolicy({
    settings: v.object({ limit: v.optional(v.pipe(v.number('must be a number'), v.integer()), 7) }),
    validate: showLimit,
  });
  const withZod = definePolicy({
    settings: z.object({ limit: z.number({ error: 'must be a number' }).default(7) }),
    validate: showLimit,
  });
  const withAsync = definePolicy({
    settings: v.objectAsync({
      limit: v.optionalAsync(
        v.pipeAsync(
          v.number('must be a number'),
          v.checkAsync(async (limit) => limit < 10, 'must be below 10'),
        ),
        7,
      ),
    }),
    validate: showLimit,
  });

  it.each([
    ['valibot', withValibot],
    ['zod', withZod],
    ['an asynchronous schema', withAsync],
  ])('are what the schema makes of them: %s', async (_name, policy) => {
    expect(await policy.validateSettings('{"limit":3}')).toBe('{"valid":true}');
    expect(await policy.validateSettings('{}')).toBe('{"valid":true}');
    expect(await policy.validateSettings('null')).toBe('{"valid":true}');
    expect(await policy.validateSettings('{"limit":"3"}')).toBe(
      '{"valid":false,"message":"limit: must be a number"}',
    );
    expect(await policy.validate(review({}, { limit: 3 }))).toContain('limit 3');
    expect(await policy.validate(review())).toContain('limit 7');
    expect(JSON.parse(await policy.validate(review({}, { limit: '3' })))).toEqual({
      accepted: false,
      message: 'the settings are not valid: limit: must be a number',
      code: 500,
    });
  });

  it('are refused with all that is wrong, and where', async () => {
    expect(await withAsync.validateSettings('{"limit":11}')).toContain('limit: must be below 10');
    const policy = definePolicy({
      settings: v.object({
        ranges: v.array(v.object({ min: v.number('no number'), max: v.number('no number') })),
      }),
      validate: () => accept(),
    });
    expect(policy.validateSettings('{"ranges":[{"min":1,"max":2},{"min":"1","max":null}]}')).toBe(
      '{"valid":false,"message":"ranges[1].min: no number; ranges[1].max: no number"}',
    );
    expect(policy.validateSettings('[]')).toMatch(/^\{"valid":false,"message":"[^":]/);
    expect(policy.validateSettings('{')).toContain('{"valid":false,"message":"not JSON: ');
  });

  it('are checked by the policy after the schema', async () => {
    const policy = definePolicy({
      settings: v.object({ minimum: v.number(), maximum: v.number() }),
      validate: () => accept(),
      validateSettings: ({ minimum, maximum }) =>
        minimum <= maximum ? acceptSettings() : rejectSettings('minimum is above maximum'),
    });
    expect(policy.validateSettings('{"minimum":1,"maximum":2}')).toBe('{"valid":true}');
    expect(policy.validateSettings('{"minimum":3,"maximum":2}')).toBe(
      '{"valid":false,"message":"minimum is above maximum"}',
    );
    expect(policy.validateSettings('{"minimum":"a"}')).toContain('minimum: ');
  });

  it('are taken as they are by a policy that says nothing about them', () => {
    const policy = definePolicy<{ a: number }>({
      validate: (_request, settings) => reject({ message: JSON.stringify(settings) }),
    });
    expect(policy.validateSettings('{"a":1}')).toBe('{"valid":true}');
    expect(policy.validate(review({}, { a: 1 }))).toContain(String.raw`{\"a\":1}`);
    expect(policy.validate(review({}, null))).toContain('"{}"');
  });

  it('make the policy fail when it does not answer', () => {
    const policy = definePolicy({ validate: () => accept(), validateSettings: () => ({}) as never });
    expect(() => policy.validateSettings('{}')).toThrow('validateSettings must return');
    const wrong = definePolicy({
      validate: () => accept(),
      validateSettings: () => ({ valid: false, message: 1 }) as never,
    });
    expect(() => wrong.validateSettings('{}')).toThrow('must be a string');
  });
});
