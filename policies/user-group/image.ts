import { HostError, log } from '@kubewarden/policy-sdk';
import { manifestAndConfig } from '@kubewarden/policy-sdk/host/oci';
import { Violation } from './identity.ts';
import { isWithin, type Settings } from './settings.ts';

/**
 * Holds the user that an image is made for against the rules.
 *
 * @throws Violation
 */
export function checkImage(image: string, { run_as_user: user, run_as_group: group }: Settings): void {
  const { uid, gid } = userOfImage(image);
  if (uid !== undefined && user.rule === 'MustRunAs' && !isWithin(uid, user)) {
    throw new Violation('User ID defined in the container image is outside defined ranges');
  }
  if (uid === 0 && user.rule === 'MustRunAsNonRoot') {
    throw new Violation('User ID defined in the container image cannot be root ID (0)');
  }
  const isRestricted = group.rule === 'MustRunAs' || group.rule === 'MayRunAs';
  if (gid !== undefined && isRestricted && !isWithin(gid, group)) {
    throw new Violation('Group ID defined in the container image is outside defined ranges');
  }
}

/** @throws Violation if the host cannot tell, or the image names users that have no number */
function userOfImage(image: string): { readonly uid?: number; readonly gid?: number } {
  const { os, config } = configurationOf(image);
  if (os === 'windows') {
    log.warn('the users of Windows images have no numbers: that of the image is not looked at', { image });
    return {};
  }
  const user = config?.User;
  if (user === undefined || user === null) return {};
  const [, name = '', group] = /^([^:]*)(?::(.*))?$/s.exec(user) ?? [];
  if (!isNumber(name)) {
    throw new Violation(`Invalid user ID in the container image configuration: "${name}"`);
  }
  if (group === undefined) return { uid: Number(name) };
  if (!isNumber(group)) {
    throw new Violation(`Invalid group ID in the container image configuration: "${group}"`);
  }
  return { uid: Number(name), gid: Number(group) };
}

function configurationOf(image: string): ReturnType<typeof manifestAndConfig>['config'] {
  try {
    return manifestAndConfig(image).config;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw new Violation(`Cannot read the configuration of the container image ${image}: ${error.message}`, {
      cause: error,
    });
  }
}

function isNumber(text: string): boolean {
  return /^[0-9]+$/.test(text);
}
