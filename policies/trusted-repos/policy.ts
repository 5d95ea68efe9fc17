import {
  accept,
  acceptSettings,
  allContainers,
  definePolicy,
  extractPodSpec,
  reject,
  rejectSettings,
  RequestError,
  type PodSpec,
} from '@kubewarden/policy-sdk';
import { array, check, optional, pipe, string, type InferOutput } from 'valibot';
import { members, strings } from '../shared/settings.ts';
import { objectList } from '../shared/shape.ts';
import { isTag, parseImageReference, type ImageReference } from '../shared/image-reference.ts';
import { meansImage, meansRegistry, meansTag } from './matchers.ts';
import { isWildcard } from '../shared/wildcard.ts';

const images = optional(
  array(
    pipe(
      string('must be a string'),
      check(
        (entry) => isWildcard(entry) || parseImageReference(entry) !== undefined,
        'invalid reference format',
      ),
    ),
    'must be a list',
  ),
  [],
);

const settingsSchema = members({
  registries: optional(members({ allow: strings, reject: strings }), {}),
  tags: optional(members({ reject: strings }), {}),
  images: optional(members({ allow: images, reject: images }), {}),
});

type Settings = InferOutput<typeof settingsSchema>;

/** A volume of the content of an image; the types of Kubernetes do not know it yet. */
interface ImageVolume {
  readonly image?: { readonly reference?: string } | null;
}

export default definePolicy({
  settings: settingsSchema,
  validateSettings({ registries, tags, images }) {
    const invalidTags = tags.reject.filter((tag) => !isWildcard(tag) && !isTag(tag));
    const problems = [
      hasBoth(registries) ? 'only one of registries allow or reject can be provided' : [],
      hasBoth(images) ? 'only one of images allow or reject can be provided' : [],
      invalidTags.length > 0
        ? `tags ${list(invalidTags)} are invalid, they must be valid OCI tags or wildcard patterns`
        : [],
    ].flat();
    return problems.length === 0 ? acceptSettings() : rejectSettings(problems.join(', '));
  },
  validate(request, settings) {
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined || isEmpty(settings)) return accept();
    const registries = new Set<string>();
    const tags = new Set<string>();
    const images = new Set<string>();
    for (const image of imagesOf(podSpec)) {
      const reference = parseImageReference(image);
      if (reference === undefined) {
        images.add(image);
        continue;
      }
      if (!isRegistryAllowed(reference, settings)) registries.add(reference.registry);
      if (!isTagAllowed(reference, settings)) tags.add(reference.tag!);
      if (!isImageAllowed(reference, settings)) images.add(image);
    }
    const problems = Object.entries({ registries, tags, images })
      .filter(([, names]) => names.size > 0)
      .map(([which, names]) => `${which} not allowed: ${[...names].toSorted().join(', ')}`);
    if (problems.length === 0) return accept();
    return reject({ message: `not allowed, reported errors: ${problems.join('; ')}` });
  },
});

/** What the containers and volumes of a pod are made of. Workloads may leave the image to somebody else. */
function imagesOf(podSpec: PodSpec): readonly string[] {
  const volumes = podSpec.volumes as readonly ImageVolume[] | undefined;
  const images: readonly unknown[] = [
    ...allContainers(podSpec).map(({ image }) => image),
    ...objectList(volumes, 'the volumes').map(({ image }) => image?.reference),
  ];
  return images.filter((image) => {
    if (image === undefined || image === null || image === '') return false;
    if (typeof image !== 'string') throw new RequestError('an image must be a string');
    return true;
  }) as readonly string[];
}

function isRegistryAllowed(image: ImageReference, { registries: { allow, reject } }: Settings): boolean {
  if (reject.some((entry) => meansRegistry(entry, image))) return false;
  return allow.length === 0 || allow.some((entry) => meansRegistry(entry, image));
}

function isTagAllowed({ tag }: ImageReference, { tags: { reject } }: Settings): boolean {
  return tag === undefined || !reject.some((entry) => meansTag(entry, tag));
}

function isImageAllowed(image: ImageReference, { images: { allow, reject } }: Settings): boolean {
  if (reject.some((entry) => meansImage(entry, image, true))) return false;
  return allow.length === 0 || allow.some((entry) => meansImage(entry, image, false));
}

function hasBoth({ allow, reject }: { readonly allow: string[]; readonly reject: string[] }): boolean {
  return allow.length > 0 && reject.length > 0;
}

function isEmpty({ registries, tags, images }: Settings): boolean {
  return [registries.allow, registries.reject, tags.reject, images.allow, images.reject].every(
    ({ length }) => length === 0,
  );
}

/** `["a", "b"]` */
function list(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`;
}
