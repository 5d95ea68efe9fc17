const literalComponents = new Set(['http', 'https', 'registry']);

/**
 * The components of a store path as Windows can have them: each in URL-safe base64 without padding, except the
 * names of schemes, which stay as they are anywhere but at the end. A repository component that is called like a
 * scheme stays as well, both ways: the layout is that of the original.
 */
export function encodeWindowsComponents(components: readonly string[]): string[] {
  return components.map((component, index) =>
    isLiteral(component, index, components) ? component : Buffer.from(component).toString('base64url'),
  );
}

/** The opposite of {@link encodeWindowsComponents}. What is no base64 decodes to something else, not to an error. */
export function decodeWindowsComponents(components: readonly string[]): string[] {
  return components.map((component, index) =>
    isLiteral(component, index, components) ? component : Buffer.from(component, 'base64url').toString(),
  );
}

function isLiteral(component: string, index: number, components: readonly string[]): boolean {
  return index < components.length - 1 && literalComponents.has(component);
}
