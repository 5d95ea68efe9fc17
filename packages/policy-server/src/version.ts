import { kubewardenVersion } from '@kubewarden/policy';

/** Version of this package. */
const serverVersion = '0.1.0';

/** What `-V` prints. */
export const versionLine = `policy-server ${serverVersion} (Kubewarden ${kubewardenVersion})`;
