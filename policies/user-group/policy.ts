import {
  accept,
  acceptSettings,
  containerLists,
  definePolicy,
  extractPodSpec,
  mutate,
  reject,
  rejectSettings,
  type Container,
  type PodSpec,
} from '@kubewarden/policy-sdk';
import { numberList } from '../shared/shape.ts';
import {
  adjustIdentity,
  checkIdentity,
  effectiveIdentity,
  Violation,
  type Holder,
  type Identity,
} from './identity.ts';
import { checkImage } from './image.ts';
import { isWithin, problemOfSettings, settingsSchema, type Settings } from './settings.ts';

export default definePolicy({
  settings: settingsSchema,
  validateSettings(settings) {
    const problem = problemOfSettings(settings);
    return problem === undefined ? acceptSettings() : rejectSettings(problem);
  },
  validate(request, settings) {
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined) return accept();
    const { initContainers, containers } = containerLists(podSpec);
    const holders: readonly Holder[] = [podSpec, ...initContainers, ...containers];
    const before = holders.map(({ securityContext }) => securityContext);
    try {
      adjustPodSpec(podSpec, settings);
    } catch (error) {
      if (error instanceof Violation) return reject({ message: error.message });
      throw error;
    }
    const changed = holders.some(({ securityContext }, index) => securityContext !== before[index]);
    return changed ? mutate(request.object) : accept();
  },
});

/** @throws Violation */
function adjustPodSpec(podSpec: PodSpec, settings: Settings): void {
  const inherited: Identity = { ...podSpec.securityContext };
  const { initContainers, containers, ephemeralContainers } = containerLists(podSpec);
  let steppedIn = false;
  for (const container of [...initContainers, ...containers]) {
    if (settings.validate_container_image_configuration) checkImage(imageOf(container), settings);
    steppedIn = adjustIdentity(container, inherited, settings) || steppedIn;
  }
  // What containers say has precedence: where all of them say the right thing, that of the pod does not matter.
  if (steppedIn) adjustIdentity(podSpec, {}, settings);
  for (const container of ephemeralContainers) {
    checkIdentity(effectiveIdentity(container, podSpec.securityContext ?? {}), settings);
  }
  adjustSupplementalGroups(podSpec, settings);
}

/** @throws Violation */
function adjustSupplementalGroups(
  podSpec: PodSpec,
  { supplemental_groups: groups, validate_only: validateOnly }: Settings,
): void {
  if (groups.rule !== 'MustRunAs' && groups.rule !== 'MayRunAs') return;
  const ids = numberList(podSpec.securityContext?.supplementalGroups, 'the supplemental groups');
  const isLacking = groups.rule === 'MustRunAs' && ids.length === 0;
  if (groups.overwrite || (isLacking && !validateOnly)) {
    const { min } = groups.ranges[0]!;
    if (ids.length !== 1 || ids[0] !== min) {
      podSpec.securityContext = { ...podSpec.securityContext, supplementalGroups: [min] };
    }
    return;
  }
  if (isLacking) throw new Violation('Missing supplemental group ID');
  if (!ids.every((id) => isWithin(id, groups))) throw new Violation('Group ID is outside defined ranges');
}

/** @throws Violation */
function imageOf({ name, image }: Container): string {
  if (typeof image !== 'string' || image === '') throw new Violation(`Container ${name} has no image`);
  return image;
}
