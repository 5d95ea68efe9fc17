/** The names on the way of a path. Slashes more than one, and dots, lead nowhere else. */
export function pathSegments(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '' && segment !== '.');
}

/** Whether a path is the prefix itself, or inside of it: `/foo/bar` is inside of `/foo`, `/fool` is not. */
export function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((segment, index) => segment === path[index]);
}
