/** What a command prints for machines: one line, keys in snake case, nothing left out that is undefined. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
