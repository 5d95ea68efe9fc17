/** Owner and name of a repository on GitHub. */
export interface GithubRepository {
  readonly owner: string;
  readonly repo: string;
}

/**
 * Reads `https://github.com/owner/repo…`.
 *
 * @throws Error saying what is wrong with it
 */
export function parseGithubUrl(text: string): GithubRepository {
  const url = URL.parse(text);
  if (url === null) throw new Error('Cannot parse github url: relative URL without a base');
  if (url.hostname !== 'github.com') throw new Error("Not a GitHub url: host doesn't match");
  const [, owner, repo] = url.pathname.split('/');
  if (!owner) throw new Error('cannot parse github url: owner not found');
  if (!repo) throw new Error('cannot parse github url: repo not found');
  return { owner, repo };
}

/** Reads `owner/repo`, as certificates name the repository of a workflow; `undefined` if it is not of this form. */
export function parseGithubRepository(text: string): GithubRepository | undefined {
  const [owner, repo, ...more] = text.split('/');
  return owner && repo && more.length === 0 ? { owner, repo } : undefined;
}
