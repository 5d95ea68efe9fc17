/** Where referrers are listed in registries without an API (distribution specification, "Referrers Tag Schema"). */
export function referrersTag(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`;
}
