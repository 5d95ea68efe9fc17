import { readCatalogue, readRequest, type Guest, type GuestCase } from '../catalogue.ts';
import { fileURLToPath } from 'node:url';

/** Something that a hostile or odd guest does, and what the server has to answer. */
export interface Act {
  readonly name: string;
  readonly policy: string;
  readonly path: string;
  readonly body: Uint8Array;
  readonly expected: Expectation;
}

type Expectation =
  | { readonly kind: 'verdict'; readonly verdict: Omit<GuestCase, 'request'> }
  /** The policy ran into its deadline. */
  | { readonly kind: 'time-out' }
  /** The policy could not be loaded, or refused its settings; what the answer has to say. */
  | { readonly kind: 'unusable'; readonly text: string };

const guests = fileURLToPath(new URL('../../guests', import.meta.url));

/** Not the rows that need a cluster, recorded in a session, nor the module that has no metadata to be loaded by. */
const rows = readCatalogue().filter(
  ({ name, session }) => session === undefined && name !== 'wasi/host-call-javy',
);

const noRegistry = { allowed: false, messageContains: 'cannot reach https://registry.example/v2/' };

/** Verdicts that differ from the catalogue, whose host answers with a digest: there is no such registry to ask. */
const withoutRegistry: Readonly<Record<string, Omit<GuestCase, 'request'>>> = {
  'wapc/ask-host: raw-manifest-digest': noRegistry,
  'wapc/host-call: 0': noRegistry,
  'wasi/host-call: 1': noRegistry,
  'wasi/host-call-before-reading: 1': noRegistry,
  // The host has no response to copy to the bad pointer, which is never followed.
  'wapc/pointers: 14': { allowed: true },
};

/** Guests that already fail when their settings are checked, which the server does when it starts. */
const refusedSettings = new Set([
  'wapc/memory-missing',
  'wapc/memory-is-a-function',
  'wapc/memory-missing-and-unused',
  'wapc/settings-invalid',
  'wapc/protocol-unknown',
]);

/** `wapc/reject` is a group and a member in the path of a URL. */
function policyName({ name }: Guest): string {
  return name.replaceAll(/[^a-z0-9]+/gi, '-');
}

/** The policies file in which every row of the catalogues is a policy. */
export function hostilePolicies(): Record<string, object> {
  return Object.fromEntries(
    rows.map((guest) => [
      policyName(guest),
      {
        module: `file://${guests}/${guest.module}`,
        settings: guest.settings ?? {},
        hostCapabilities: guest.hostCapabilities ?? ['*'],
        allowedToMutate: true,
        timeoutEvalSeconds: guest.endless === undefined ? 20 : 1,
      },
    ]),
  );
}

/** All acts: one for each case of each row. */
export function acts(): Act[] {
  return rows.flatMap((guest) => {
    const policy = policyName(guest);
    const path = `/${guest.policyType === 'raw' ? 'validate_raw' : 'validate'}/${policy}`;
    const act = (request: GuestCase['request'], expected: Expectation): Act => ({
      name: `${guest.name}: ${request}`,
      policy,
      path,
      body: readRequest(request),
      expected,
    });
    const unusable = guest.refusal ?? guest.initialization;
    if (unusable !== undefined || guest.module.startsWith('wat/module/')) {
      return [act('pod-plain', { kind: 'unusable', text: unusable ?? '' })];
    }
    if (refusedSettings.has(guest.name)) {
      return [act('pod-plain', { kind: 'unusable', text: 'Policy settings are invalid: ' })];
    }
    return [
      ...(guest.endless === undefined ? [] : [act('pod-privileged', { kind: 'time-out' })]),
      ...(guest.cases ?? []).map((verdict) =>
        act(verdict.request, {
          kind: 'verdict',
          verdict: withoutRegistry[`${guest.name}: ${verdict.request}`] ?? verdict,
        }),
      ),
    ];
  });
}
