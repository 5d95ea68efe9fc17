import { isWithin, type Settings } from './settings.ts';

/** What the security contexts of pods and containers say of users and groups. */
export interface Identity {
  runAsUser?: number | undefined;
  runAsGroup?: number | undefined;
  runAsNonRoot?: boolean | undefined;
}

/** A pod or a container, with a security context that may be changed. */
export interface Holder {
  securityContext?: Identity;
}

/** Why a workload is rejected. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

const mustNotBeRoot = 'RunAsNonRoot should be set to true';

/**
 * Holds an identity against the rules: its user, and its group. What it does not say is not looked at.
 *
 * @throws Violation
 */
export function checkIdentity(identity: Identity, settings: Settings): void {
  checkUser(identity, settings);
  checkGroup(identity, settings);
}

/**
 * Holds the user and group of a container or pod against the rules, and gives it another security context where they
 * are lacking or to be overwritten.
 *
 * @param inherited - what holds where it says nothing
 * @returns whether the rules do not leave it to the container, and the pod needs the same; it may say so already
 * @throws Violation
 */
export function adjustIdentity(holder: Holder, inherited: Identity, settings: Settings): boolean {
  const user = adjustUser(holder, inherited, settings);
  return adjustGroup(holder, inherited, settings) || user;
}

/** What a security context says, completed by what the pod's says. */
export function effectiveIdentity({ securityContext }: Holder, inherited: Identity): Identity {
  return {
    runAsUser: securityContext?.runAsUser ?? inherited.runAsUser ?? undefined,
    runAsGroup: securityContext?.runAsGroup ?? inherited.runAsGroup ?? undefined,
    runAsNonRoot: securityContext?.runAsNonRoot ?? inherited.runAsNonRoot ?? undefined,
  };
}

function checkUser({ runAsUser, runAsNonRoot }: Identity, { run_as_user: user }: Settings): void {
  if (user.rule === 'MustRunAs' && runAsUser !== undefined && !isWithin(runAsUser, user)) {
    throw new Violation('User ID outside defined ranges');
  }
  if (user.rule !== 'MustRunAsNonRoot') return;
  if (runAsNonRoot === false) throw new Violation(mustNotBeRoot);
  if (runAsUser === 0) throw new Violation('Invalid user ID: cannot run container with root ID (0)');
}

function checkGroup({ runAsGroup }: Identity, { run_as_group: group }: Settings): void {
  const isRestricted = group.rule === 'MustRunAs' || group.rule === 'MayRunAs';
  if (isRestricted && runAsGroup !== undefined && !isWithin(runAsGroup, group)) {
    throw new Violation('Group ID is outside defined ranges');
  }
}

function adjustUser(holder: Holder, inherited: Identity, settings: Settings): boolean {
  const { run_as_user: user, validate_only: validateOnly } = settings;
  if (user.overwrite) {
    write(holder, { runAsUser: user.ranges[0]!.min });
    return true;
  }
  const effective = effectiveIdentity(holder, inherited);
  checkUser(effective, settings);
  if (user.rule === 'MustRunAs') {
    if (validateOnly && effective.runAsUser === undefined) throw new Violation('Missing user ID');
    if (validateOnly || typeof holder.securityContext?.runAsUser === 'number') return false;
    write(holder, { runAsUser: user.ranges[0]!.min });
    return true;
  }
  if (user.rule !== 'MustRunAsNonRoot') return false;
  if (validateOnly) {
    if (!effective.runAsNonRoot && effective.runAsUser === undefined) throw new Violation(mustNotBeRoot);
    return false;
  }
  write(holder, { runAsNonRoot: true });
  return true;
}

function adjustGroup(holder: Holder, inherited: Identity, settings: Settings): boolean {
  const { run_as_group: group, validate_only: validateOnly } = settings;
  if (group.overwrite) {
    write(holder, { runAsGroup: group.ranges[0]!.min });
    return true;
  }
  const effective = effectiveIdentity(holder, inherited);
  checkGroup(effective, settings);
  if (group.rule !== 'MustRunAs') return false;
  if (validateOnly && effective.runAsGroup === undefined) throw new Violation('Missing group ID');
  if (validateOnly || typeof holder.securityContext?.runAsGroup === 'number') return false;
  write(holder, { runAsGroup: group.ranges[0]!.min });
  return true;
}

/** Leaves alone what says so already. */
function write(holder: Holder, identity: Identity): void {
  const present: Identity = { ...holder.securityContext };
  const differs = Object.entries(identity).some(([name, value]) => present[name as keyof Identity] !== value);
  if (differs) holder.securityContext = { ...present, ...identity };
}
