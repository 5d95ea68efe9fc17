import { admissionRequest, type PolicyCase, type SettingsCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { creationOf, workload, workloadKinds } from '../testing/workloads.ts';

const container = (securityContext?: object): object => ({
  name: 'a',
  image: 'nginx',
  ...(securityContext !== undefined && { securityContext }),
});
/** A pod spec of one container, with the security contexts of both. */
const pod = (securityContext?: object, podSecurityContext?: object): object => ({
  containers: [container(securityContext)],
  ...(podSecurityContext !== undefined && { securityContext: podSecurityContext }),
});

const ranges = [
  { min: 1000, max: 2000 },
  { min: 2001, max: 3000 },
];
const any = { rule: 'RunAsAny' };
const mustRunAs = { rule: 'MustRunAs', ranges };
const mayRunAs = { rule: 'MayRunAs', ranges };
const overwriting = { ...mustRunAs, overwrite: true };
const nonRoot = { run_as_user: { rule: 'MustRunAsNonRoot' } };
const validateOnly = { validate_only: true };

/** The settings that the examples of the original share. */
const allMustRunAs = { run_as_user: mustRunAs, run_as_group: mustRunAs, supplemental_groups: mustRunAs };
const allMayRunAs = { run_as_user: any, run_as_group: mayRunAs, supplemental_groups: mayRunAs };
const allAny = { run_as_user: any, run_as_group: any, supplemental_groups: any };
const allNonRoot = { ...nonRoot, run_as_group: any, supplemental_groups: any };
const allOverwriting = {
  run_as_user: overwriting,
  run_as_group: overwriting,
  supplemental_groups: overwriting,
};

const accepted = { accepted: true } as const;
const rejected = (message: string): { accepted: false; message: string } => ({ accepted: false, message });
const mutated = (podSpec: object, kind = 'Pod'): PolicyCase['expected'] => ({
  accepted: true,
  mutatedObject: workload(kind, podSpec),
});

const userOutside = rejected('User ID outside defined ranges');
const groupOutside = rejected('Group ID is outside defined ranges');
const root = rejected('Invalid user ID: cannot run container with root ID (0)');
const mustNotBeRoot = rejected('RunAsNonRoot should be set to true');

/** Pods of the same decisive content as the original's examples: a sidecar that says nothing, and another container. */
const withSidecar = (securityContext: object, podSecurityContext: object): object => ({
  containers: [container(), container(securityContext)],
  securityContext: podSecurityContext,
});
const silent = withSidecar({}, {});
const wrongUser = withSidecar({ runAsUser: 9000, runAsGroup: 1000 }, { supplementalGroups: [1000] });
const wrongGroup = withSidecar({ runAsUser: 1000, runAsGroup: 9000 }, { supplementalGroups: [1000] });
const wrongSupplemental = withSidecar({ runAsUser: 1000, runAsGroup: 9000 }, { supplementalGroups: [9000] });
const valid = withSidecar({ runAsUser: 1000, runAsGroup: 2000 }, { supplementalGroups: [1500] });
const rootUser = withSidecar({ runAsUser: 0, runAsGroup: 2000 }, { supplementalGroups: [1500] });
const ofImage = pod({ runAsUser: 1000, runAsGroup: 1000 }, { supplementalGroups: [1000] });

const image = (config: object, os = 'linux'): NonNullable<PolicyCase['host']> => ({
  'oci/v1/oci_manifest_config': {
    manifest: {},
    digest: `sha256:${'0'.repeat(64)}`,
    config: { os, architecture: 'amd64', config },
  },
});
/** That of the original's example runs as user and group 65533. */
const policyServer = image({ User: '65533:65533' });
const withImages = { validate_container_image_configuration: true };

/** A user of an image, what is allowed, and why it is rejected. */
const images: readonly (readonly [user: string, settings: object, problem?: string])[] = [
  ['1000', allMustRunAs],
  ['1000:1000', allMustRunAs],
  ['1000:1000', allMayRunAs],
  ['0', allMayRunAs],
  ['65534', allMustRunAs, 'User ID defined in the container image is outside defined ranges'],
  ['1000:999', allMustRunAs, 'Group ID defined in the container image is outside defined ranges'],
  ['0:999', allMayRunAs, 'Group ID defined in the container image is outside defined ranges'],
  ['65533:65533', allAny],
  ['65533', allNonRoot],
  ['0', allNonRoot, 'User ID defined in the container image cannot be root ID (0)'],
  ['0:65533', allNonRoot, 'User ID defined in the container image cannot be root ID (0)'],
  ['www:1000', allMustRunAs, 'Invalid user ID in the container image configuration: "www"'],
  ['www:www', allNonRoot, 'Invalid user ID in the container image configuration: "www"'],
  ['www', allAny, 'Invalid user ID in the container image configuration: "www"'],
  ['', allMustRunAs, 'Invalid user ID in the container image configuration: ""'],
  ['-1', allAny, 'Invalid user ID in the container image configuration: "-1"'],
  ['1000:www', allMustRunAs, 'Invalid group ID in the container image configuration: "www"'],
  ['1000:', allMustRunAs, 'Invalid group ID in the container image configuration: ""'],
  ['1000:1000:0', allMustRunAs, 'Invalid group ID in the container image configuration: "1000:0"'],
];

const cases: PolicyCase[] = [
  {
    name: 'original: RunAsAny accepts what says nothing',
    request: creationOf(silent),
    settings: allAny,
    expected: accepted,
  },
  {
    name: 'original: MustRunAs rejects another user',
    request: creationOf(wrongUser),
    settings: allMustRunAs,
    expected: userOutside,
  },
  {
    name: 'original: MustRunAs accepts the user of a container, whatever the pod says',
    request: creationOf(pod({ runAsUser: 150 }, {})),
    settings: { ...allAny, run_as_user: { rule: 'MustRunAs', ranges: [{ min: 100, max: 200 }] } },
    expected: accepted,
  },
  {
    name: 'original: MustRunAs rejects another group',
    request: creationOf(wrongGroup),
    settings: allMustRunAs,
    expected: groupOutside,
  },
  {
    name: 'original: MustRunAs rejects another supplemental group',
    request: creationOf(wrongSupplemental),
    settings: allMustRunAs,
    expected: groupOutside,
  },
  {
    name: 'original: MustRunAs completes what says nothing',
    request: creationOf(silent),
    settings: allMustRunAs,
    expected: mutated({
      containers: [
        container({ runAsUser: 1000, runAsGroup: 1000 }),
        container({ runAsUser: 1000, runAsGroup: 1000 }),
      ],
      securityContext: { runAsUser: 1000, runAsGroup: 1000, supplementalGroups: [1000] },
    }),
  },
  {
    name: 'original: MustRunAs completes nothing where it only validates',
    request: creationOf(silent),
    settings: { ...allMustRunAs, ...validateOnly },
    expected: rejected('Missing user ID'),
  },
  {
    name: 'original: MayRunAs accepts what says nothing',
    request: creationOf(silent),
    settings: allMayRunAs,
    expected: accepted,
  },
  {
    name: 'original: MayRunAs rejects another group',
    request: creationOf(wrongGroup),
    settings: allMayRunAs,
    expected: groupOutside,
  },
  {
    name: 'original: MayRunAs rejects another supplemental group',
    request: creationOf(wrongSupplemental),
    settings: allMayRunAs,
    expected: groupOutside,
  },
  {
    name: 'original: MustRunAs accepts what is right, and completes the sidecar',
    request: creationOf(valid),
    settings: allMustRunAs,
    expected: mutated({
      containers: [
        container({ runAsUser: 1000, runAsGroup: 1000 }),
        container({ runAsUser: 1000, runAsGroup: 2000 }),
      ],
      securityContext: { runAsUser: 1000, runAsGroup: 1000, supplementalGroups: [1500] },
    }),
  },
  {
    name: 'original: MustRunAsNonRoot rejects the user 0',
    request: creationOf(rootUser),
    settings: allNonRoot,
    expected: root,
  },
  {
    name: 'original: MustRunAsNonRoot completes what says nothing',
    request: creationOf(silent),
    settings: allNonRoot,
    expected: mutated({
      containers: [container({ runAsNonRoot: true }), container({ runAsNonRoot: true })],
      securityContext: { runAsNonRoot: true },
    }),
  },
  {
    name: 'original: MustRunAsNonRoot completes nothing where it only validates',
    request: creationOf(silent),
    settings: { ...allNonRoot, ...validateOnly },
    expected: mustNotBeRoot,
  },
  {
    name: 'original: MustRunAsNonRoot accepts another user',
    request: creationOf(valid),
    settings: allNonRoot,
    expected: { accepted: true, mutatedObject: () => undefined },
  },
  {
    name: 'original: MustRunAs overwrites',
    request: creationOf(valid),
    settings: allOverwriting,
    expected: mutated({
      containers: [
        container({ runAsUser: 1000, runAsGroup: 1000 }),
        container({ runAsUser: 1000, runAsGroup: 1000 }),
      ],
      securityContext: { supplementalGroups: [1000], runAsUser: 1000, runAsGroup: 1000 },
    }),
  },
  {
    name: 'original: MustRunAs rejects the user of an image',
    request: creationOf(ofImage),
    settings: { ...allMustRunAs, ...withImages },
    host: policyServer,
    expected: rejected('User ID defined in the container image is outside defined ranges'),
  },
  {
    name: 'original: MustRunAs rejects the group of an image',
    request: creationOf(ofImage),
    settings: {
      ...allMustRunAs,
      ...withImages,
      run_as_user: { rule: 'MustRunAs', ranges: [{ min: 1000, max: 65534 }] },
    },
    host: policyServer,
    expected: rejected('Group ID defined in the container image is outside defined ranges'),
  },
  {
    name: 'original: RunAsAny accepts the user of an image',
    request: creationOf(ofImage),
    settings: { ...allAny, ...withImages },
    host: policyServer,
    expected: accepted,
  },
  ...workloadKinds.flatMap((kind): PolicyCase[] => [
    {
      name: `${kind} that may do what it does`,
      request: creationOf(valid, kind),
      settings: allMayRunAs,
      expected: accepted,
    },
    {
      name: `${kind} with the user 0`,
      request: creationOf({ containers: [container({ runAsUser: 0 })] }, kind),
      settings: allNonRoot,
      expected: root,
    },
    {
      name: `${kind} with an init container of another user`,
      request: creationOf(
        { containers: [container({ runAsUser: 1000 })], initContainers: [container({ runAsUser: 9000 })] },
        kind,
      ),
      settings: { run_as_user: mustRunAs },
      expected: userOutside,
    },
    {
      name: `${kind} with an ephemeral container of another user`,
      request: creationOf(
        { containers: [container({ runAsUser: 1000 })], ephemeralContainers: [container({ runAsUser: 0 })] },
        kind,
      ),
      settings: { run_as_user: mustRunAs },
      expected: userOutside,
    },
    {
      name: `${kind} that is completed`,
      request: creationOf({ containers: [container()], initContainers: [container()] }, kind),
      settings: allNonRoot,
      expected: mutated(
        {
          containers: [container({ runAsNonRoot: true })],
          initContainers: [container({ runAsNonRoot: true })],
          securityContext: { runAsNonRoot: true },
        },
        kind,
      ),
    },
  ]),
  {
    name: 'MustRunAs writes the smallest ID of the first range, and leaves the rest',
    request: creationOf(pod({ privileged: false, runAsGroup: 7 }, { fsGroup: 5 })),
    settings: {
      run_as_user: {
        rule: 'MustRunAs',
        ranges: [
          { min: 5, max: 6 },
          { min: 1, max: 2 },
        ],
      },
    },
    expected: mutated(pod({ privileged: false, runAsGroup: 7, runAsUser: 5 }, { fsGroup: 5, runAsUser: 5 })),
  },
  {
    name: 'a pod of another user, where a container says nothing',
    request: creationOf(pod(undefined, { runAsUser: 0 })),
    settings: { run_as_user: mustRunAs },
    expected: userOutside,
  },
  {
    name: 'a pod of another user, where all containers say the right thing',
    request: creationOf(pod({ runAsUser: 1000 }, { runAsUser: 0 })),
    settings: { run_as_user: mustRunAs },
    expected: accepted,
  },
  {
    name: 'a pod of another user, where it is overwritten',
    request: creationOf(pod({ runAsUser: 1 }, { runAsUser: 0 })),
    settings: { run_as_user: overwriting },
    expected: mutated(pod({ runAsUser: 1000 }, { runAsUser: 1000 })),
  },
  {
    name: 'what is to be overwritten says so already',
    request: creationOf(
      pod(
        { runAsUser: 1000, runAsGroup: 1000 },
        { runAsUser: 1000, runAsGroup: 1000, supplementalGroups: [1000] },
      ),
    ),
    settings: allOverwriting,
    expected: accepted,
  },
  {
    name: 'a pod of another group, where a container says nothing',
    request: creationOf(pod({}, { runAsGroup: 0 })),
    settings: { run_as_group: mayRunAs },
    expected: groupOutside,
  },
  {
    name: 'a pod of another group, where all containers say the right thing',
    request: creationOf(pod({ runAsGroup: 1000 }, { runAsGroup: 0 })),
    settings: { run_as_group: mayRunAs },
    expected: accepted,
  },
  ...[1000, 1500, 2000, 2001, 3000].map((id): PolicyCase => ({
    name: `${id} is in the ranges`,
    request: creationOf(pod({ runAsUser: id, runAsGroup: id }, { supplementalGroups: [1000, id] })),
    settings: allMustRunAs,
    expected: accepted,
  })),
  ...[0, 999, 3001].flatMap((id): PolicyCase[] => [
    {
      name: `the supplemental group ${id} is outside of the ranges`,
      request: creationOf(pod(undefined, { supplementalGroups: [1000, id] })),
      settings: { supplemental_groups: mustRunAs },
      expected: groupOutside,
    },
    {
      name: `the group ${id} is outside of the ranges`,
      request: creationOf(pod({ runAsGroup: id })),
      settings: { run_as_group: mustRunAs },
      expected: groupOutside,
    },
  ]),
  {
    name: 'MustRunAsNonRoot rejects a container that may be root',
    request: creationOf(pod({ runAsUser: 1000, runAsNonRoot: false })),
    settings: nonRoot,
    expected: mustNotBeRoot,
  },
  {
    name: 'MustRunAsNonRoot rejects a pod of the user 0',
    request: creationOf(pod({}, { runAsUser: 0 })),
    settings: nonRoot,
    expected: root,
  },
  {
    name: 'MustRunAsNonRoot rejects a pod that may be root',
    request: creationOf(pod({ runAsNonRoot: true }, { runAsNonRoot: false })),
    settings: nonRoot,
    expected: mustNotBeRoot,
  },
  {
    name: 'MustRunAsNonRoot rejects an ephemeral container of the user 0',
    request: creationOf({
      ...pod({ runAsNonRoot: true }),
      ephemeralContainers: [container(), container({ runAsUser: 0 })],
    }),
    settings: nonRoot,
    expected: root,
  },
  {
    name: 'MustRunAsNonRoot leaves alone what says so already',
    request: creationOf(pod({ runAsNonRoot: true }, { runAsNonRoot: true })),
    settings: nonRoot,
    expected: accepted,
  },
  {
    name: 'only validating, what is right is accepted',
    request: creationOf(pod({ runAsUser: 1000, runAsGroup: 2000 }, { supplementalGroups: [1500] })),
    settings: { ...allMustRunAs, ...validateOnly },
    expected: accepted,
  },
  {
    name: 'only validating, what the pod says holds for containers that say nothing',
    request: creationOf(pod({}, { runAsUser: 1000, runAsGroup: 2000, supplementalGroups: [1500] })),
    settings: { ...allMustRunAs, ...validateOnly },
    expected: accepted,
  },
  {
    name: 'only validating, a user is wrong',
    request: creationOf(pod({}, { runAsUser: 0 })),
    settings: { run_as_user: mustRunAs, ...validateOnly },
    expected: userOutside,
  },
  {
    name: 'only validating, a group is lacking',
    request: creationOf(pod({ runAsUser: 1000 })),
    settings: { ...allMustRunAs, ...validateOnly },
    expected: rejected('Missing group ID'),
  },
  {
    name: 'only validating, a supplemental group is lacking',
    request: creationOf(pod({}, { supplementalGroups: [] })),
    settings: { supplemental_groups: mustRunAs, ...validateOnly },
    expected: rejected('Missing supplemental group ID'),
  },
  ...[{ runAsNonRoot: true }, { runAsUser: 1 }].flatMap((securityContext): PolicyCase[] => [
    {
      name: `only validating, ${JSON.stringify(securityContext)} in a container is not root`,
      request: creationOf(pod(securityContext)),
      settings: { ...nonRoot, ...validateOnly },
      expected: accepted,
    },
    {
      name: `only validating, ${JSON.stringify(securityContext)} in the pod is not root`,
      request: creationOf(pod(undefined, securityContext)),
      settings: { ...nonRoot, ...validateOnly },
      expected: accepted,
    },
  ]),
  {
    name: 'only validating, a container may be root though its pod is not',
    request: creationOf(pod({ runAsUser: 0 }, { runAsNonRoot: true, runAsUser: 1 })),
    settings: { ...nonRoot, ...validateOnly },
    expected: root,
  },
  ...images.map(([user, settings, problem]): PolicyCase => ({
    name: `an image of the user "${user}" with ${JSON.stringify(settings)}`,
    request: creationOf(ofImage),
    settings: { ...settings, ...withImages },
    host: image({ User: user }),
    expected:
      problem !== undefined
        ? rejected(problem)
        : { accepted: true, ...(settings === allNonRoot && { mutatedObject: () => undefined }) },
  })),
  {
    name: 'an image that says nothing of its user',
    request: creationOf(ofImage),
    settings: { ...allMustRunAs, ...withImages },
    host: image({}),
    expected: accepted,
  },
  {
    name: 'an image for Windows',
    request: creationOf(ofImage),
    settings: { ...allMustRunAs, ...withImages },
    host: image({ User: 'ContainerAdministrator' }, 'windows'),
    expected: accepted,
  },
  {
    name: 'the images of init containers are looked at, each by its name',
    request: creationOf({ ...ofImage, initContainers: [{ name: 'b', image: 'rooted' }] }),
    settings: { ...allAny, ...nonRoot, ...withImages },
    host: {
      'oci/v1/oci_manifest_config': (name) => ({
        manifest: {},
        digest: '',
        config: { os: 'linux', config: { User: name === 'rooted' ? '0' : '1' } },
      }),
    },
    expected: rejected('User ID defined in the container image cannot be root ID (0)'),
  },
  {
    name: 'a host that cannot tell',
    request: creationOf(ofImage),
    settings: { ...allAny, ...withImages },
    host: {
      'oci/v1/oci_manifest_config': () => {
        throw new Error('no such image');
      },
    },
    expected: {
      accepted: false,
      message: /^Cannot read the configuration of the container image nginx: .*no such image/,
    },
  },
  {
    name: 'a container without image, where images are looked at',
    request: creationOf({ containers: [{ name: 'a' }] }),
    settings: { ...allAny, ...withImages },
    expected: rejected('Container a has no image'),
  },
  {
    name: 'without settings nothing is looked at',
    request: creationOf(rootUser),
    expected: accepted,
  },
  {
    name: 'security contexts that are null',
    request: creationOf({
      containers: [container({ runAsUser: null, runAsGroup: null }), { name: 'a', securityContext: null }],
      securityContext: null,
    }),
    settings: allMayRunAs,
    expected: accepted,
  },
  {
    name: 'a Pod without containers',
    request: creationOf({}),
    settings: { run_as_user: mustRunAs },
    expected: accepted,
  },
  {
    name: 'groups without shape',
    request: creationOf(pod({}, { supplementalGroups: ['1000'] })),
    settings: { supplemental_groups: mayRunAs },
    expected: rejected('the supplemental groups must be a list of numbers'),
  },
  {
    name: 'a Deployment without pod spec',
    request: admissionRequest({
      object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } },
    }),
    settings: allMustRunAs,
    expected: accepted,
  },
  {
    name: 'an object that is no workload',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Service', spec: {} } }),
    expected: { accepted: false, message: /^Object should be one of these kinds: / },
  },
  {
    name: 'an object without shape',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Pod', spec: { containers: 'nginx' } } }),
    expected: rejected('request.object.spec.containers must be a list of objects'),
  },
];

const upsideDown = [
  { min: 1, max: 10 },
  { min: 11, max: 10 },
];

/** Settings that fit their schema, and what is wrong with them. */
const contradictions: readonly (readonly [settings: object, message: string])[] = [
  [{ run_as_user: { rule: 'MustRunAs' } }, 'Invalid run_as_user settings: Missing user ID range'],
  [{ run_as_user: mayRunAs }, 'Invalid run_as_user settings: invalid rule.'],
  [
    { run_as_user: { rule: 'MustRunAs', ranges: upsideDown } },
    'Invalid run_as_user settings: Invalid ID range: 11-10',
  ],
  [{ run_as_user: { overwrite: true } }, 'Cannot set overwrite field with RunAsAny'],
  [
    { run_as_user: { rule: 'MustRunAsNonRoot', overwrite: true } },
    'Cannot set overwrite field with MustRunAsNonRoot',
  ],
  ...(['run_as_group', 'supplemental_groups'] as const).flatMap((which) => [
    [{ [which]: { rule: 'MustRunAs' } }, `Invalid ${which} settings: missing ID range`] as const,
    [{ [which]: { rule: 'MayRunAs' } }, `Invalid ${which} settings: missing ID range`] as const,
    [{ [which]: { rule: 'MustRunAsNonRoot' } }, `Invalid ${which} settings: Invalid rule.`] as const,
    [
      { [which]: { rule: 'MayRunAs', ranges: upsideDown } },
      `Invalid ${which} settings: Invalid ID range: 11-10`,
    ] as const,
    [{ [which]: { ...mayRunAs, overwrite: true } }, 'Cannot set overwrite field with MayRunAs'] as const,
    [{ [which]: { ...any, overwrite: true } }, 'Cannot set overwrite field with RunAsAny'] as const,
  ]),
  ...(['run_as_user', 'run_as_group', 'supplemental_groups'] as const).map(
    (which) =>
      [
        { [which]: overwriting, ...validateOnly },
        'validate_only cannot be true when overwrite is true',
      ] as const,
  ),
];

const tables: PolicyTables = {
  cases,
  settings: [
    { name: 'none', settings: {}, valid: true },
    { name: 'MustRunAs', settings: allMustRunAs, valid: true },
    { name: 'MayRunAs', settings: { ...allMayRunAs, ...validateOnly, ...withImages }, valid: true },
    { name: 'MustRunAsNonRoot', settings: allNonRoot, valid: true },
    { name: 'overwriting', settings: allOverwriting, valid: true },
    { name: 'ranges that no rule needs', settings: { run_as_user: { ...any, ranges } }, valid: true },
    {
      name: 'a range from 0',
      settings: { run_as_group: { rule: 'MayRunAs', ranges: [{ max: 10 }] } },
      valid: true,
    },
    { name: 'fields that nobody knows', settings: { something: 'else' }, valid: true },
    {
      name: 'original: a flag that is a number',
      settings: { ...allMustRunAs, validate_container_image_configuration: 1 },
      valid: false,
      message: 'validate_container_image_configuration: must be a boolean',
    },
    {
      name: 'original: overwriting, but only validating',
      settings: { ...allOverwriting, ...validateOnly },
      valid: false,
      message: 'validate_only cannot be true when overwrite is true',
    },
    ...contradictions.map(([settings, message]): SettingsCase => ({
      name: JSON.stringify(settings),
      settings,
      valid: false,
      message,
    })),
    {
      name: 'values of other types',
      settings: {
        run_as_user: 'MustRunAs',
        run_as_group: { rule: 'mustRunAs', ranges: { min: 1 }, overwrite: 'yes' },
        supplemental_groups: { ranges: [1, { min: '1', max: 1.5 }] },
      },
      valid: false,
      message:
        'run_as_user: must be an object; ' +
        'run_as_group.rule: must be one of MustRunAs, MayRunAs, RunAsAny, MustRunAsNonRoot; ' +
        'run_as_group.ranges: must be a list; run_as_group.overwrite: must be a boolean; ' +
        'supplemental_groups.ranges[0]: must be an object; ' +
        'supplemental_groups.ranges[1].min: must be an integer; ' +
        'supplemental_groups.ranges[1].max: must be an integer',
    },
  ],
};

export default tables;
