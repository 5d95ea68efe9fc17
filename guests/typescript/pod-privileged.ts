/** A policy on the JSON text of the guest protocol, without an SDK: what the compiler is measured with. */

interface Review {
  readonly request: {
    readonly object?: {
      readonly spec?: Readonly<
        Record<string, readonly { readonly securityContext?: { readonly privileged?: boolean } }[]>
      >;
    };
  };
}

const lists = ['initContainers', 'containers', 'ephemeralContainers'];

export default {
  protocolVersion: 'v1',
  validate(payload: string): string {
    const { request } = JSON.parse(payload) as Review;
    const spec = request.object?.spec ?? {};
    const containers = lists.flatMap((list) => spec[list] ?? []);
    const accepted = !containers.some(({ securityContext }) => securityContext?.privileged);
    return JSON.stringify(
      accepted ? { accepted } : { accepted, message: 'Privileged container is not allowed' },
    );
  },
  validateSettings: (): string => JSON.stringify({ valid: true }),
};
