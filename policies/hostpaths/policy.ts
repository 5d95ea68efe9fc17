import { accept, allContainers, definePolicy, extractPodSpec, reject } from '@kubewarden/policy-sdk';
import { array, boolean, nullish, object, string, type InferOutput, type ObjectIssue } from 'valibot';
import { members } from '../shared/settings.ts';
import { objectList } from '../shared/shape.ts';
import { pathSegments, startsWith } from './path.ts';

const allowedHostPath = object(
  { pathPrefix: string('must be a string'), readOnly: boolean('must be a boolean') },
  missingKey,
);

type AllowedHostPath = InferOutput<typeof allowedHostPath>;

/** A mount of a path of the host. */
interface Mount {
  readonly path: string;
  readonly name: string;
  readonly readOnly: boolean;
}

export default definePolicy({
  settings: members({ allowedHostPaths: nullish(array(allowedHostPath, 'must be a list'), []) }),
  validate(request, settings) {
    const allowed = settings.allowedHostPaths ?? [];
    const podSpec = extractPodSpec(request);
    if (podSpec === undefined || allowed.length === 0) return accept();
    const mounts = allContainers(podSpec).flatMap(({ name, volumeMounts }) =>
      objectList(volumeMounts, `the volume mounts of container ${name}`),
    );
    const problems = objectList(podSpec.volumes, 'the volumes').flatMap(({ name, hostPath }) => {
      if (!hostPath) return [];
      return mounts
        .filter((mount) => mount.name === name)
        .map(({ readOnly }) =>
          problemOf(
            { path: (hostPath.path as string | undefined) ?? '', name, readOnly: !!readOnly },
            allowed,
          ),
        )
        .filter((problem) => problem !== undefined);
    });
    return problems.length === 0 ? accept() : reject({ message: problems.join('\n') });
  },
});

/** The most specific prefix decides; one that is listed both ways allows both. */
function problemOf({ path, name, readOnly }: Mount, allowed: readonly AllowedHostPath[]): string | undefined {
  const subject = `hostPath '${path}' mounted as '${name}'`;
  const segments = pathSegments(path);
  const matching = allowed
    .map(({ pathPrefix, readOnly }) => ({ prefix: pathSegments(pathPrefix), readOnly }))
    .filter(({ prefix }) => startsWith(segments, prefix));
  // What climbs up is elsewhere than it seems.
  if (matching.length === 0 || segments.includes('..'))
    return `${subject} is not in the AllowedHostPaths list`;
  const longest = Math.max(...matching.map(({ prefix }) => prefix.length));
  const deciding = matching.filter(({ prefix }) => prefix.length === longest);
  if (deciding.some((entry) => entry.readOnly === readOnly)) return undefined;
  return `${subject} should be readOnly '${!readOnly}'`;
}

function missingKey(issue: ObjectIssue): string {
  if (issue.expected === 'Object') return 'must be an object';
  if (issue.expected === '"pathPrefix"') return 'pathPrefix key is missing';
  const { pathPrefix } = issue.path![0].input as Partial<AllowedHostPath>;
  return `readOnly key for pathPrefix '${pathPrefix}' is missing`;
}
