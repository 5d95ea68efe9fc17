import { admissionRequest, type PolicyCase, type SettingsCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { creationOf, workloadKinds } from '../testing/workloads.ts';

const containers = (...images: string[]): object[] => images.map((image) => ({ name: 'a', image }));
const pod = (...images: string[]): PolicyCase['request'] => creationOf({ containers: containers(...images) });

const registries = (list: 'allow' | 'reject', ...entries: string[]): object => ({
  registries: { [list]: entries },
});
const images = (list: 'allow' | 'reject', ...entries: string[]): object => ({ images: { [list]: entries } });
const tags = (...reject: string[]): object => ({ tags: { reject } });

const accepted = { accepted: true } as const;
const rejected = (problems: string): { accepted: false; message: string } => ({
  accepted: false,
  message: `not allowed, reported errors: ${problems}`,
});

const digest = `sha256:${'7ed2739c96eb16de'.repeat(4)}`;
const signed = 'ghcr.io/kubewarden/test-verify-image-signatures:signed';

/** Settings, an image, and whether it is rejected. */
const judged = (
  settings: object,
  ...verdicts: readonly (readonly [image: string, problems?: string])[]
): PolicyCase[] =>
  verdicts.map(([image, problems]): PolicyCase => ({
    name: `${image} with ${JSON.stringify(settings)}`,
    request: pod(image),
    settings,
    expected: problems === undefined ? accepted : rejected(problems),
  }));

const cases: PolicyCase[] = [
  {
    name: 'a registry in upper case is no user of Docker Hub',
    request: pod('EVIL/repo:v1'),
    settings: registries('allow', 'docker.io'),
    expected: rejected('registries not allowed: evil'),
  },
  {
    name: 'an image that is no text',
    request: creationOf({ containers: [{ name: 'web', image: 5 }] }),
    settings: registries('allow', 'ghcr.io'),
    expected: { accepted: false, code: 400, message: 'an image must be a string' },
  },
  {
    name: 'original: the tag latest',
    request: pod('nginx:latest'),
    settings: tags('latest'),
    expected: rejected('tags not allowed: latest'),
  },
  {
    name: 'original: no tag is the tag latest',
    request: pod('nginx'),
    settings: tags('latest'),
    expected: rejected('tags not allowed: latest'),
  },
  {
    name: 'original: a CronJob with an image of an allowed registry',
    request: creationOf({ containers: containers(signed) }, 'CronJob'),
    settings: { ...registries('allow', 'ghcr.io'), ...tags('latest') },
    expected: accepted,
  },
  {
    name: 'original: a DaemonSet with a rejected image',
    request: creationOf({ containers: containers(signed) }, 'DaemonSet'),
    settings: images('reject', signed),
    expected: rejected(`images not allowed: ${signed}`),
  },
  {
    name: 'original: a Job with an allowed image',
    request: creationOf({ containers: containers(signed) }, 'Job'),
    settings: images('allow', signed),
    expected: accepted,
  },
  {
    name: 'original: a pattern that allows the image',
    request: pod('nginx:1.0.0'),
    settings: images('allow', 'docker.io/library/*'),
    expected: accepted,
  },
  {
    name: 'original: a pattern that does not allow the image',
    request: pod('nginx:1.0.0'),
    settings: images('allow', 'ghcr.io/*'),
    expected: rejected('images not allowed: nginx:1.0.0'),
  },
  {
    name: 'original: a pattern that allows the registry',
    request: pod('nginx:1.0.0'),
    settings: registries('allow', '*.io'),
    expected: accepted,
  },
  ...workloadKinds.flatMap((kind): PolicyCase[] => [
    {
      name: `${kind} of allowed images`,
      request: creationOf(
        {
          containers: containers('ghcr.io/a/b:1'),
          initContainers: containers('ghcr.io/a/c:1'),
          ephemeralContainers: containers('ghcr.io/a/d:1'),
        },
        kind,
      ),
      settings: registries('allow', 'ghcr.io'),
      expected: accepted,
    },
    ...['containers', 'initContainers', 'ephemeralContainers'].map((member): PolicyCase => ({
      name: `${kind} with another registry in its ${member}`,
      request: creationOf(
        { containers: containers('ghcr.io/a/b:1'), [member]: containers('ghcr.io/a/b:1', 'nginx:1') },
        kind,
      ),
      settings: registries('allow', 'ghcr.io'),
      expected: rejected('registries not allowed: docker.io'),
    })),
    {
      name: `${kind} with another registry in a volume`,
      request: creationOf(
        {
          containers: containers('ghcr.io/a/b:1'),
          volumes: [
            { name: 'tmp', emptyDir: {} },
            { name: 'model', image: { reference: 'quay.io/models/a:1' } },
          ],
        },
        kind,
      ),
      settings: registries('allow', 'ghcr.io'),
      expected: rejected('registries not allowed: quay.io'),
    },
  ]),
  ...judged({}, ['nginx'], ['???']),
  ...judged({ registries: { allow: [] }, tags: {}, images: { reject: [] } }, ['nginx'], ['???']),
  ...judged(
    registries('allow', 'ghcr.io', 'docker.io', 'registry.corp:5000', 'localhost', 'quay.io:443'),
    ['nginx'],
    ['index.docker.io/nginx'],
    ['docker.io/alpine:1'],
    ['ghcr.io:443/a'],
    ['GHCR.io/a'],
    ['quay.io/a'],
    ['localhost/a'],
    ['registry.corp:5000/a'],
    ['registry.corp/a', 'registries not allowed: registry.corp'],
    ['localhost:5000/a', 'registries not allowed: localhost:5000'],
    ['ghcr.io.example.com/a', 'registries not allowed: ghcr.io.example.com'],
  ),
  ...judged(
    registries('reject', 'ghcr.io', 'Evil-Registry.com'),
    ['nginx'],
    ['ghcr.io/a', 'registries not allowed: ghcr.io'],
    ['GHCR.IO:443/a', 'registries not allowed: ghcr.io'],
    ['EVIL-registry.com/a', 'registries not allowed: evil-registry.com'],
  ),
  ...judged(
    registries('allow', '*.My-Corp.com', 'r?.io'),
    ['registry.my-corp.com/app:1'],
    ['r1.io/app:1'],
    ['r10.io/app:1', 'registries not allowed: r10.io'],
    ['my-corp.com/app:1', 'registries not allowed: my-corp.com'],
    ['my-corp.com.example.org/app:1', 'registries not allowed: my-corp.com.example.org'],
  ),
  ...judged(
    tags('latest', '*-rc*', 'v1.?.0'),
    ['busybox:1.0.0'],
    [`busybox@${digest}`],
    ['busybox:1.0.0-rc1', 'tags not allowed: 1.0.0-rc1'],
    [`busybox:latest@${digest}`, 'tags not allowed: latest'],
    ['busybox:v1.2.0', 'tags not allowed: v1.2.0'],
    ['busybox:v1.20.0'],
    ['busybox:Latest'],
  ),
  ...judged(tags('*'), [`busybox@${digest}`], ['busybox', 'tags not allowed: latest']),
  ...judged(
    images('allow', 'nginx', 'quay.io/coreos/etcd', 'bitnami/redis', 'quay.io:443/a/b', `c/d@${digest}`),
    ['nginx'],
    ['nginx:1.21'],
    [`nginx:1.21@${digest}`],
    ['library/nginx:1'],
    ['docker.io/library/nginx:1'],
    ['docker.io/bitnami/redis:6'],
    ['quay.io/coreos/etcd:v3.4.12'],
    ['QUAY.io/a/b'],
    [`c/d@${digest}`],
    [`c/d:1@${digest}`, `images not allowed: c/d:1@${digest}`],
    ['coreos/etcd', 'images not allowed: coreos/etcd'],
    ['quay.io/nginx:1', 'images not allowed: quay.io/nginx:1'],
    ['evil.io/library/nginx:1', 'images not allowed: evil.io/library/nginx:1'],
    ['evil.io/bitnami/redis:1', 'images not allowed: evil.io/bitnami/redis:1'],
    ['nginx-evil', 'images not allowed: nginx-evil'],
  ),
  ...judged(
    images('allow', 'nginx:latest', 'busybox:1'),
    ['nginx'],
    ['nginx:latest'],
    ['busybox:1'],
    ['nginx:1.21', 'images not allowed: nginx:1.21'],
    ['busybox', 'images not allowed: busybox'],
    [`busybox:1@${digest}`, `images not allowed: busybox:1@${digest}`],
  ),
  ...judged(
    images('reject', 'nginx', 'quay.io/coreos/etcd', 'bitnami/redis', 'evil-registry.com/malware'),
    ['nginx', 'images not allowed: nginx'],
    ['docker.io/library/nginx:1.21', 'images not allowed: docker.io/library/nginx:1.21'],
    ['mirror.io/library/nginx:1.21', 'images not allowed: mirror.io/library/nginx:1.21'],
    ['mirror.io/nginx:1.21', 'images not allowed: mirror.io/nginx:1.21'],
    ['mirror.io/bitnami/redis', 'images not allowed: mirror.io/bitnami/redis'],
    ['quay.io/coreos/etcd:v3.4.12', 'images not allowed: quay.io/coreos/etcd:v3.4.12'],
    ['Evil-Registry.com/malware:1', 'images not allowed: Evil-Registry.com/malware:1'],
    ['coreos/etcd:v3.4.12'],
    ['mirror.io/other/nginx'],
  ),
  ...judged(
    images('reject', 'busybox:1.0.0'),
    ['busybox:1.0.0', 'images not allowed: busybox:1.0.0'],
    ['busybox:2.0.0'],
  ),
  ...judged(images('reject', 'etcd'), ['quay.io/coreos/etcd']),
  ...judged(
    images('allow', 'docker.io/bitnami/*', 'ghcr.io/my-org/*:v1.*', 'team/*', 'r.io:443/*', 'alpin?:*'),
    ['docker.io/bitnami/redis:6.0'],
    ['bitnami/redis'],
    ['ghcr.io/my-org/app:v1.2.3'],
    ['team/app:1'],
    ['r.io:443/app'],
    ['r.io/app'],
    ['ghcr.io/my-org/app:v2.0', 'images not allowed: ghcr.io/my-org/app:v2.0'],
    ['quay.io/coreos/etcd:v3.4.12', 'images not allowed: quay.io/coreos/etcd:v3.4.12'],
    ['evil.io/team/app:1', 'images not allowed: evil.io/team/app:1'],
    ['alpine:3', 'images not allowed: alpine:3'],
  ),
  ...judged(
    images('reject', 'docker.io/bitnami/*', 'team/*'),
    ['bitnami/redis:6', 'images not allowed: bitnami/redis:6'],
    ['mirror.io/team/app:1', 'images not allowed: mirror.io/team/app:1'],
    ['ghcr.io/kubewarden/policy-server:1.0.0'],
  ),
  ...judged(
    images('allow', '*'),
    ['nginx'],
    ['ghcr.io/a/b@' + digest],
    ...['NGINX', 'nginx:', 'a b', 'nginx@sha256:abc', 'http://nginx', '-a', 'a'.repeat(256)].map(
      (image) => [image, `images not allowed: ${image}`] as const,
    ),
  ),
  ...judged(registries('reject', 'ghcr.io'), ['GHCR.io/A', 'images not allowed: GHCR.io/A']),
  {
    name: 'all that is wrong, sorted and once each',
    request: creationOf({
      containers: containers('quay.io/b:latest', 'quay.io/a', 'ghcr.io/c:1-rc'),
      initContainers: containers('quay.io/b:latest'),
    }),
    settings: { ...registries('allow', 'docker.io'), ...tags('latest', '*-rc'), ...images('reject', '*/b') },
    expected: rejected(
      'registries not allowed: ghcr.io, quay.io; tags not allowed: 1-rc, latest; ' +
        'images not allowed: quay.io/b:latest',
    ),
  },
  {
    name: 'an allowed registry does not allow tags',
    request: pod('busybox'),
    settings: { ...registries('allow', 'docker.io'), ...tags('latest') },
    expected: rejected('tags not allowed: latest'),
  },
  {
    name: 'an init container without image does not hide the others',
    request: creationOf({ containers: [], initContainers: [{ name: 'a' }, ...containers('nginx:1')] }),
    settings: registries('allow', 'ghcr.io'),
    expected: rejected('registries not allowed: docker.io'),
  },
  {
    name: 'containers without image, and volumes of other kinds',
    request: creationOf({
      containers: [{ name: 'a' }, { name: 'b', image: '' }, { name: 'c', image: null }],
      volumes: [
        { name: 'tmp', emptyDir: {} },
        { name: 'none', image: null },
      ],
    }),
    settings: registries('allow', 'ghcr.io'),
    expected: accepted,
  },
  {
    name: 'volumes without shape',
    request: creationOf({ containers: [], volumes: 'all' }),
    settings: registries('allow', 'ghcr.io'),
    expected: { accepted: false, message: 'the volumes must be a list of objects' },
  },
  {
    name: 'a long image meets a pattern of many stars',
    request: pod(`a/${'a'.repeat(200)}`),
    settings: images('allow', `${'a*'.repeat(60)}b`),
    expected: rejected(`images not allowed: a/${'a'.repeat(200)}`),
  },
  {
    name: 'a Deployment without pod spec',
    request: admissionRequest({
      object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } },
    }),
    settings: registries('allow', 'ghcr.io'),
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
    expected: { accepted: false, message: 'request.object.spec.containers must be a list of objects' },
  },
];

const bothLists = { allow: ['a'], reject: ['b'] };

const tables: PolicyTables = {
  cases,
  settings: [
    { name: 'none', settings: {}, valid: true },
    {
      name: 'one list of each',
      settings: {
        ...registries('allow', 'ghcr.io'),
        ...tags('latest', '*-rc?'),
        ...images('reject', 'busybox', 'docker.io/bitnami/*', `quay.io/etcd/etcd:1.1.1@${digest}`),
      },
      valid: true,
    },
    {
      name: 'registries that are no domain are taken as they are',
      settings: registries('allow', 'a b'),
      valid: true,
    },
    { name: 'fields that nobody knows', settings: { something: 'else' }, valid: true },
    {
      name: 'original: a tag that cannot be',
      settings: images('allow', 'not-a-valid-image-tag:1.0.0+rc1'),
      valid: false,
      message: 'images.allow[0]: invalid reference format',
    },
    ...['', 'registry.com/image@sha256', `image@${digest}0`, `image@md5:${'0'.repeat(32)}`].map(
      (entry): SettingsCase => ({
        name: `an image that cannot be: ${entry}`,
        settings: images('reject', 'busybox', entry),
        valid: false,
        message: 'images.reject[1]: invalid reference format',
      }),
    ),
    {
      name: 'both lists',
      settings: { registries: bothLists, images: bothLists, ...tags('latest', '1.0.0+rc3', '') },
      valid: false,
      message:
        'only one of registries allow or reject can be provided, ' +
        'only one of images allow or reject can be provided, ' +
        'tags ["1.0.0+rc3", ""] are invalid, they must be valid OCI tags or wildcard patterns',
    },
    {
      name: 'values of other types',
      settings: { registries: [], tags: { reject: 'latest' }, images: { allow: [1] } },
      valid: false,
      message:
        'registries: must be an object; tags.reject: must be a list; images.allow[0]: must be a string',
    },
  ],
};

export default tables;
