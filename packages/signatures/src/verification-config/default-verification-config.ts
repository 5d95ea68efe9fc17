/** What a new verification config starts with: policies signed by workflows of the Kubewarden project. YAML. */
export const defaultVerificationConfig = `apiVersion: v1
allOf:
- kind: githubAction
  owner: kubewarden
  repo: null
  annotations: null
anyOf: null
`;
