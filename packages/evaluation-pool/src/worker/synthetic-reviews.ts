import { decodeAdmissionReview, type AdmissionRequest } from '@kubewarden/policy';

/**
 * Two reviews that nobody asked for: a Pod that most policies accept, and one that breaks most rules. They make
 * V8 compile a policy's code before the first real review.
 */
export function syntheticReviews(): readonly AdmissionRequest[] {
  return [plainContainer, looseContainer].map((container) =>
    decodeAdmissionReview(new TextEncoder().encode(JSON.stringify(podReview(container)))),
  );
}

const plainContainer = {
  name: 'main',
  image: 'registry.example.org/warm-up/main:1.0.0',
  resources: { limits: { cpu: '100m', memory: '64Mi' }, requests: { cpu: '100m', memory: '64Mi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    runAsUser: 65532,
  },
};

const looseContainer = {
  name: 'main',
  image: 'main',
  env: [{ name: 'LEVEL', value: 'debug' }],
  ports: [{ containerPort: 80, hostPort: 80 }],
  securityContext: {
    allowPrivilegeEscalation: true,
    capabilities: { add: ['SYS_ADMIN'] },
    privileged: true,
    runAsUser: 0,
  },
};

function podReview(container: typeof plainContainer | typeof looseContainer): object {
  const labels = { 'app.kubernetes.io/name': 'warm-up' };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '00000000-0000-0000-0000-000000000000',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      requestKind: { group: '', version: 'v1', kind: 'Pod' },
      requestResource: { group: '', version: 'v1', resource: 'pods' },
      name: 'warm-up',
      namespace: 'warm-up',
      operation: 'CREATE',
      userInfo: { username: 'kubewarden:warm-up', groups: ['system:authenticated'] },
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'warm-up', namespace: 'warm-up', labels, annotations: labels },
        spec: { containers: [container], serviceAccountName: 'default' },
      },
      oldObject: null,
      dryRun: true,
      options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions' },
    },
  };
}
