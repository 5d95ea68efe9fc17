import { diffJson } from '@kubewarden/evaluator';
import { canonicalJson, parseJson, readModule, writeModule } from '@kubewarden/policy';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import {
  admissionRequest,
  PolicyFailure,
  recordedSession,
  requestFromFile,
  testPolicy,
  testSettings,
} from './index.ts';
import { applyPatch, type PatchOperation } from './json-patch.ts';

const guests = new URL('../../../../guests/', import.meta.url);
const guest = (path: string): URL => new URL(path, guests);

interface Guest {
  readonly name: string;
  readonly module: string;
  readonly policyType?: string;
  readonly settings: object;
  readonly invalidSettings?: readonly { readonly settings: unknown; readonly message?: string }[];
  readonly session?: string;
  readonly cases: readonly {
    readonly request: unknown;
    readonly allowed: boolean;
    readonly message?: string;
    readonly patch?: readonly PatchOperation[];
  }[];
}

const kinds = [
  'c/pinned-images',
  'go/required-annotations',
  'rust/context-aware',
  'rust/context-aware, asked of another cluster',
  'rust/raw-mutation',
  'rego/gatekeeper',
  'rego/opa',
];
const catalogue = (JSON.parse(readFileSync(guest('catalogue.json'), 'utf8')) as readonly Guest[]).filter(
  ({ name }) => kinds.includes(name),
);

describe.each(catalogue)(
  'the module $name',
  ({ module, settings, invalidSettings = [], session, policyType, cases }) => {
    it.each(cases)('judges $request as in kwctl', async ({ request: given, allowed, message, patch }) => {
      const request = requestOf(given, policyType === 'raw');
      const host = session === undefined ? {} : recordedSession(guest(`requests/${session}`));
      const verdict = await testPolicy(guest(module), { request, settings, host });
      expect(verdict.accepted).toBe(allowed);
      if (message !== undefined) expect(verdict.message).toBe(message);
      const original = policyType === 'raw' ? request : (request as { object?: unknown }).object;
      expect(verdict.mutatedObject).toEqual(patch === undefined ? undefined : applyPatch(original, patch));
    });

    it('judges settings as in kwctl', async () => {
      expect(await testSettings(guest(module), settings)).toMatchObject({ valid: true });
      for (const { settings: wrong, message } of invalidSettings) {
        const verdict = await testSettings(guest(module), wrong);
        expect(verdict.valid).toBe(false);
        if (message !== undefined) expect(verdict.message).toBe(message);
      }
    });
  },
);

function requestOf(given: unknown, raw: boolean): unknown {
  if (typeof given !== 'string') return given;
  const file = guest(`requests/${given}.json`);
  return raw
    ? (JSON.parse(readFileSync(file, 'utf8')) as { request: unknown }).request
    : requestFromFile(file);
}

test('a module that fails makes the test fail, with what the host reports', async () => {
  const request = requestFromFile(guest('requests/deployment.json'));
  const failing = testPolicy(guest('rust/context-aware.wasm'), { request });
  await expect(failing).rejects.toThrow(PolicyFailure);
  await expect(failing).rejects.toThrow(
    'Host error: the host of this test has no answer for kubernetes/list_resources_all',
  );
});

test('a Rego policy without metadata does not say how it is to be run', async () => {
  const bytes = new Uint8Array(readFileSync(guest('rego/opa.wasm')));
  const bare = writeModule(readModule(bytes).sections.filter(({ id }) => id !== 0));
  await expect(testPolicy(bare, { request: admissionRequest() })).rejects.toThrow(
    'has been created with Rego',
  );
});

const canonical = (value: unknown): Uint8Array =>
  canonicalJson(parseJson(new TextEncoder().encode(JSON.stringify(value))));

test('a patch of the host leads from the object to what the policy made of it', () => {
  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  const object = fc.dictionary(fc.oneof(fc.constantFrom('a', 'a/b', '~', '~1', ''), fc.string()), json);
  fc.assert(
    fc.property(object, object, (before, after) => {
      const patch = diffJson(canonical(before), canonical(after));
      const operations =
        patch === undefined ? [] : (JSON.parse(new TextDecoder().decode(patch)) as PatchOperation[]);
      expect(applyPatch(JSON.parse(JSON.stringify(before)), operations)).toEqual(
        JSON.parse(JSON.stringify(after)),
      );
    }),
  );
  expect(() => applyPatch({ a: 1 }, [{ op: 'add', path: '/a/b', value: 1 }])).toThrow('leads nowhere: /a/b');
});
