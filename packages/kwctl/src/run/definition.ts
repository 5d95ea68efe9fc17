import type { ContextAwareResource } from '@kubewarden/policy';

/** A policy that is to be run, before anything is known of its module. */
export interface PolicyDefinition {
  readonly kind: 'policy';
  /** The name of the resource, or the URI of a policy given on the command line. */
  readonly id: string;
  /** As the user wrote it. */
  readonly module: string;
  /** Canonical JSON of an object. */
  readonly settings: Uint8Array;
  readonly mode: 'protect' | 'monitor';
  readonly allowedToMutate: boolean;
  readonly message: string | undefined;
  /** Given by a resource; a policy of the command line has what its metadata says, if the user allows it. */
  readonly contextAwareResources: readonly ContextAwareResource[] | undefined;
}

export interface GroupMember {
  readonly module: string;
  readonly settings: Uint8Array;
  readonly contextAwareResources: readonly ContextAwareResource[];
}

export interface GroupDefinition {
  readonly kind: 'group';
  readonly id: string;
  readonly expression: string;
  readonly message: string;
  readonly mode: 'protect' | 'monitor';
  readonly members: ReadonlyMap<string, GroupMember>;
}

export type Definition = PolicyDefinition | GroupDefinition;

/** The modules that a definition needs, as the user wrote them. */
export function modulesOf(definition: Definition): string[] {
  return definition.kind === 'policy'
    ? [definition.module]
    : [...definition.members.values()].map(({ module }) => module);
}
