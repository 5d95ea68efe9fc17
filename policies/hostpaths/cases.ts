import { admissionRequest, type PolicyCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { creationOf, workloadKinds } from '../testing/workloads.ts';

const hostPath = (name: string, path: string): object => ({ name, hostPath: { path } });
const token = { name: 'token', projected: { sources: [] } };
const mount = (name: string, readOnly?: boolean): object => ({
  name,
  mountPath: `/mnt/${name}`,
  ...(readOnly !== undefined && { readOnly }),
});
const container = (...volumeMounts: object[]): object => ({ name: 'a', image: 'nginx', volumeMounts });

/** The pod spec of one container that mounts one path of the host. */
const mounting = (path: string, readOnly?: boolean): object => ({
  volumes: [hostPath('data', path), token],
  containers: [container(mount('data', readOnly), mount('token', true))],
});

const allowing = (...paths: [pathPrefix: string, readOnly: boolean][]): object => ({
  allowedHostPaths: paths.map(([pathPrefix, readOnly]) => ({ pathPrefix, readOnly })),
});

const accepted = { accepted: true } as const;
const rejected = (...messages: string[]): { accepted: false; message: string } => ({
  accepted: false,
  message: messages.join('\n'),
});
const unlisted = (path: string, name = 'data'): string =>
  `hostPath '${path}' mounted as '${name}' is not in the AllowedHostPaths list`;
const wrongly = (path: string, expected: boolean, name = 'data'): string =>
  `hostPath '${path}' mounted as '${name}' should be readOnly '${expected}'`;

const cases: PolicyCase[] = [
  ...workloadKinds.flatMap((kind): PolicyCase[] => [
    {
      name: `${kind} without paths of the host`,
      request: creationOf({ volumes: [token], containers: [container(mount('token', true))] }, kind),
      settings: allowing(['/foo', true]),
      expected: accepted,
    },
    {
      name: `${kind} with an allowed path`,
      request: creationOf(mounting('/var/log', true), kind),
      settings: allowing(['/var', true]),
      expected: accepted,
    },
    {
      name: `${kind} with another path`,
      request: creationOf(mounting('/data'), kind),
      settings: allowing(['/var', false]),
      expected: rejected(unlisted('/data')),
    },
    {
      name: `${kind} that may write where it must not`,
      request: creationOf(mounting('/var/log'), kind),
      settings: allowing(['/var', true]),
      expected: rejected(wrongly('/var/log', true)),
    },
  ]),
  {
    name: 'original: /data is not in the settings',
    request: creationOf({
      volumes: [
        hostPath('test-data', '/data'),
        hostPath('test-var', '/var'),
        hostPath('test-aaa', '/var/local/aaa'),
      ],
      initContainers: [container(mount('test-data', true)), container(mount('test-var'))],
      containers: [container(mount('test-var'), mount('test-aaa')), container(mount('test-aaa'))],
    }),
    settings: allowing(['/var', false], ['/var/local/aaa', false]),
    expected: rejected(unlisted('/data', 'test-data')),
  },
  {
    name: 'original: a Pod without paths of the host',
    request: creationOf({ volumes: [token], containers: [container(mount('token', true))] }),
    settings: allowing(['/foo', true]),
    expected: accepted,
  },
  {
    name: 'original: /var/local has precedence over /var',
    request: creationOf({
      volumes: [hostPath('test-var', '/var'), hostPath('test-aaa', '/var/local/aaa')],
      containers: [container(mount('test-var'), mount('test-aaa', true))],
    }),
    settings: allowing(['/var', false], ['/var/local', true]),
    expected: accepted,
  },
  {
    name: 'original: /var/local has precedence over /var where it is violated',
    request: creationOf({
      volumes: [hostPath('test-var', '/var'), hostPath('test-aaa', '/var/local/aaa')],
      containers: [container(mount('test-var'), mount('test-aaa', false))],
    }),
    settings: allowing(['/var', false], ['/var/local', true]),
    expected: rejected(wrongly('/var/local/aaa', true, 'test-aaa')),
  },
  {
    name: 'precedence has nothing to do with the order of the settings',
    request: creationOf(mounting('/var/local/aaa', false)),
    settings: allowing(['/var/local', true], ['/var', false]),
    expected: rejected(wrongly('/var/local/aaa', true)),
  },
  {
    name: 'without settings everything is allowed',
    request: creationOf(mounting('/data')),
    expected: accepted,
  },
  {
    name: 'a volume that nobody mounts',
    request: creationOf({ volumes: [hostPath('data', '/data')], containers: [container()] }),
    settings: allowing(['/var', false]),
    expected: accepted,
  },
  {
    name: 'the prefix itself, with slashes at its end',
    request: creationOf(mounting('/foo/', true)),
    settings: allowing(['/foo', true]),
    expected: accepted,
  },
  {
    name: 'the prefix itself, where the settings have a slash at its end',
    request: creationOf(mounting('/foo', true)),
    settings: allowing(['/foo/', true]),
    expected: accepted,
  },
  {
    name: 'the root allows all',
    request: creationOf(mounting('/etc/kubernetes', true)),
    settings: allowing(['/', true]),
    expected: accepted,
  },
  {
    name: 'a name that only begins alike',
    request: creationOf(mounting('/fool')),
    settings: allowing(['/foo', false]),
    expected: rejected(unlisted('/fool')),
  },
  {
    name: 'a path that has the prefix elsewhere',
    request: creationOf(mounting('/etc/foo')),
    settings: allowing(['/foo', false]),
    expected: rejected(unlisted('/etc/foo')),
  },
  {
    name: 'a path that climbs out of the prefix',
    request: creationOf(mounting('/foo/../etc')),
    settings: allowing(['/foo', false]),
    expected: rejected(unlisted('/foo/../etc')),
  },
  {
    name: 'slashes and dots do not hide a path from the more specific prefix',
    request: creationOf(mounting('/var//./local')),
    settings: allowing(['/var', false], ['/var/local', true]),
    expected: rejected(wrongly('/var//./local', true)),
  },
  {
    name: 'a readonly mount where the path must be writable',
    request: creationOf(mounting('/foo', true)),
    settings: allowing(['/foo', false]),
    expected: rejected(wrongly('/foo', false)),
  },
  {
    name: 'a prefix that is listed both ways',
    request: creationOf(mounting('/foo', true)),
    settings: allowing(['/foo', true], ['/foo', false]),
    expected: accepted,
  },
  {
    name: 'all that is wrong: init containers first, ephemeral containers last',
    request: creationOf({
      volumes: [hostPath('data', '/data'), hostPath('foo', '/foo')],
      containers: [container(mount('foo'))],
      initContainers: [container(mount('foo', true), mount('data'))],
      ephemeralContainers: [container(mount('foo'), mount('data'))],
    }),
    settings: allowing(['/foo', true]),
    expected: rejected(
      unlisted('/data'),
      unlisted('/data'),
      wrongly('/foo', true, 'foo'),
      wrongly('/foo', true, 'foo'),
    ),
  },
  {
    name: 'a volume without path',
    request: creationOf({
      volumes: [{ name: 'data', hostPath: {} }],
      containers: [container(mount('data'))],
    }),
    settings: allowing(['/foo', true]),
    expected: rejected(unlisted('')),
  },
  {
    name: 'lists that are null',
    request: creationOf({ volumes: null, containers: [{ name: 'a', volumeMounts: null }] }),
    settings: allowing(['/foo', true]),
    expected: accepted,
  },
  {
    name: 'volumes without shape',
    request: creationOf({ volumes: ['data'], containers: [] }),
    settings: allowing(['/foo', true]),
    expected: rejected('the volumes must be a list of objects'),
  },
  {
    name: 'mounts without shape',
    request: creationOf({ containers: [{ name: 'a', volumeMounts: [null] }] }),
    settings: allowing(['/foo', true]),
    expected: rejected('the volume mounts of container a must be a list of objects'),
  },
  {
    name: 'a Deployment without pod spec',
    request: admissionRequest({
      object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } },
    }),
    settings: allowing(['/foo', true]),
    expected: accepted,
  },
  {
    name: 'an object that is no workload',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Service', spec: {} } }),
    settings: allowing(['/foo', true]),
    expected: { accepted: false, message: /^Object should be one of these kinds: / },
  },
  {
    name: 'an object without shape',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Pod', spec: { containers: 'nginx' } } }),
    settings: allowing(['/foo', true]),
    expected: { accepted: false, message: 'request.object.spec.containers must be a list of objects' },
  },
];

const tables: PolicyTables = {
  cases,
  settings: [
    { name: 'none', settings: {}, valid: true },
    { name: 'an empty list', settings: { allowedHostPaths: [] }, valid: true },
    { name: 'a list that is null', settings: { allowedHostPaths: null }, valid: true },
    { name: 'paths', settings: allowing(['/foo', true], ['/bar', false]), valid: true },
    { name: 'fields that nobody knows', settings: { something: 'else' }, valid: true },
    {
      name: 'entries with one key',
      settings: { allowedHostPaths: [{ readOnly: true }, { pathPrefix: '/foo' }] },
      valid: false,
      message:
        'allowedHostPaths[0].pathPrefix: pathPrefix key is missing; ' +
        "allowedHostPaths[1].readOnly: readOnly key for pathPrefix '/foo' is missing",
    },
    {
      name: 'entries of other types',
      settings: { allowedHostPaths: ['/foo', { pathPrefix: 1, readOnly: 'no' }] },
      valid: false,
      message:
        'allowedHostPaths[0]: must be an object; ' +
        'allowedHostPaths[1].pathPrefix: must be a string; allowedHostPaths[1].readOnly: must be a boolean',
    },
  ],
};

export default tables;
