/** Reviews one request with one module: what both Node and a browser do with a guest. */
import {
  compilePolicyModule,
  createHostGate,
  createPolicyRuntime,
  HostCallError,
  parseHostCapabilities,
  type EvaluationInput,
} from '@kubewarden/evaluator';
import {
  decodeAdmissionReview,
  decodeRawReview,
  settingsFromJson,
  type AdmissionResponse,
  type ExecutionMode,
} from '@kubewarden/policy';

/** All that a review needs besides the module, as plain data: it crosses from Node to a page. */
export interface Review {
  readonly executionMode: ExecutionMode;
  /** JSON. */
  readonly settings: string;
  /** An AdmissionReview, or a raw review; JSON. */
  readonly body: string;
  readonly raw: boolean;
  /** What the host answers when it is asked for the digest of an image, after a while; it knows nothing else. */
  readonly digest?: string;
}

export async function evaluate(module: Uint8Array, review: Review): Promise<AdmissionResponse> {
  const encoder = new TextEncoder();
  const runtime = await createPolicyRuntime(await compilePolicyModule(module, review));
  const body = encoder.encode(review.body);
  const input: EvaluationInput = review.raw
    ? { kind: 'raw', request: decodeRawReview(body) }
    : { kind: 'kubernetes', request: decodeAdmissionReview(body) };
  const policyId = 'guest';
  const gate = createHostGate(
    { policyId, hostCapabilities: parseHostCapabilities(['*']), contextAwareResources: [] },
    async ({ type }) => {
      if (type !== 'OciManifestDigest') throw new HostCallError(`cannot answer ${type}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      return encoder.encode(JSON.stringify({ digest: review.digest }));
    },
    () => {},
  );
  return runtime.validate(input, {
    policyId,
    settings: settingsFromJson(encoder.encode(review.settings)),
    gate,
  });
}
