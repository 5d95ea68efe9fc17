/**
 * Every guest of the catalogue through the evaluator: the same modules that the programs run, and the verdict that
 * each of them is made for. Each case is reviewed twice by the same runtime, since a guest must not find anything of
 * an earlier review.
 */
import {
  compilePolicyModule,
  createHostGate,
  createPolicyRuntime,
  HostCallError,
  parseHostCapabilities,
  type EvaluationContext,
  type EvaluationInput,
  type HostAnswerer,
  type PolicyRuntime,
} from '@kubewarden/evaluator';
import {
  decodeAdmissionReview,
  decodeRawReview,
  readMetadata,
  settingsFromJson,
  type AdmissionResponse,
} from '@kubewarden/policy';
import { parseTranscript, replayExchanges } from '@kubewarden/evaluator/transcript';
import { describe, expect, it } from 'vitest';
import {
  readCatalogue,
  readGuestModule,
  readRequest,
  readSession,
  type Guest,
  type GuestCase,
} from './catalogue.ts';

const catalogue = readCatalogue();

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

describe.each(catalogue.filter(({ refusal }) => refusal !== undefined))('$name', (guest) => {
  it('is refused', async () => {
    const { executionMode, refusal } = guest;
    await expect(compilePolicyModule(readGuestModule(guest), { executionMode })).rejects.toThrow(
      expect.objectContaining({
        name: 'PolicyModuleError',
        message: expect.stringContaining(refusal!) as string,
      }),
    );
  });
});

describe.each(catalogue.filter(({ initialization }) => initialization !== undefined))('$name', (guest) => {
  it('cannot be initialised', async () => {
    await expect(validate(await runtimeOf(guest), guest, 'pod-plain')).rejects.toThrow(
      expect.objectContaining({
        name: 'PolicyInitializationError',
        message: expect.stringContaining(guest.initialization!) as string,
      }),
    );
  });
});

describe.each(catalogue.filter(({ cases }) => cases !== undefined))('$name', (guest) => {
  it('declares in its metadata how it is run', () => {
    const metadata = readMetadata(readGuestModule(guest));
    if (metadata === undefined) return;
    expect(metadata.executionMode).toBe(guest.executionMode);
    expect(metadata.policyType).toBe(guest.policyType ?? 'kubernetes');
  });

  it('accepts good settings and says what is wrong with others', async () => {
    const runtime = await runtimeOf(guest);
    if (guest.settings !== undefined) {
      expect(await runtime.validateSettings(contextOf(guest))).toMatchObject({ valid: true });
    }
    for (const { settings, message, messageContains = message } of guest.invalidSettings ?? []) {
      const answer = await runtime.validateSettings(contextOf({ ...guest, settings }));
      expect(answer).toMatchObject({
        valid: false,
        message: message ?? (expect.stringContaining(messageContains!) as string),
      });
    }
  });

  it.each(guest.cases!)('answers $request', async (expected) => {
    const runtime = await runtimeOf(guest);
    for (const _ of ['first', 'again']) {
      expectVerdict(await validate(runtime, guest, expected.request), expected);
    }
  });
});

function expectVerdict(answer: AdmissionResponse, expected: GuestCase): void {
  const { allowed, message, messageContains, code, patch, warnings, auditAnnotations } = expected;
  if (allowed === undefined) return;
  expect(answer.status?.message ?? '').toEqual(message ?? expect.stringContaining(messageContains ?? ''));
  expect(answer).toMatchObject({ allowed });
  expect(answer.status?.code).toBe(code);
  expect(answer.patch === undefined ? undefined : JSON.parse(atob(answer.patch))).toEqual(patch);
  expect(answer.warnings).toEqual(warnings);
  expect(answer.auditAnnotations).toEqual(auditAnnotations);
}

async function runtimeOf(guest: Guest): Promise<PolicyRuntime> {
  const { executionMode } = guest;
  return createPolicyRuntime(await compilePolicyModule(readGuestModule(guest), { executionMode }));
}

function validate(
  runtime: PolicyRuntime,
  guest: Guest,
  request: GuestCase['request'],
): Promise<AdmissionResponse> {
  const body = readRequest(request);
  const input: EvaluationInput =
    typeof request === 'number' || request.startsWith('raw-')
      ? { kind: 'raw', request: decodeRawReview(body) }
      : { kind: 'kubernetes', request: decodeAdmissionReview(body) };
  return runtime.validate(input, contextOf(guest));
}

function contextOf({
  name,
  settings,
  session,
  digest,
  hostCapabilities,
  contextAwareResources,
}: Guest): EvaluationContext {
  const permissions = {
    policyId: 'guest',
    hostCapabilities: parseHostCapabilities(hostCapabilities ?? ['*']),
    contextAwareResources: contextAwareResources ?? [],
  };
  const answer: HostAnswerer =
    session === undefined
      ? (request) => {
          if (request.type === 'OciManifestDigest' && digest !== undefined)
            return Promise.resolve(json({ digest }));
          throw new HostCallError(`${name} is not to ask for ${request.type}`);
        }
      : replayExchanges(parseTranscript(readSession(session))).answer;
  const gate = createHostGate(permissions, answer, () => {});
  return { policyId: permissions.policyId, settings: settingsFromJson(json(settings ?? {})), gate };
}
