/** Keys of the annotations in a policy's metadata that have a meaning. */
export const annotationKeys = {
  title: 'io.kubewarden.policy.title',
  version: 'io.kubewarden.policy.version',
  description: 'io.kubewarden.policy.description',
  /** Comma-separated mailboxes: `Jane <jane@example.com>`. */
  author: 'io.kubewarden.policy.author',
  url: 'io.kubewarden.policy.url',
  /** The repository, without tag. */
  ociUrl: 'io.kubewarden.policy.ociUrl',
  source: 'io.kubewarden.policy.source',
  /** An SPDX identifier. */
  license: 'io.kubewarden.policy.license',
  /** Markdown. */
  usage: 'io.kubewarden.policy.usage',
  severity: 'io.kubewarden.policy.severity',
  category: 'io.kubewarden.policy.category',
  /** The version of kwctl that annotated the module; always overwritten. */
  kwctl: 'io.kubewarden.kwctl',
  hiddenUi: 'io.kubewarden.hidden-ui',
  displayName: 'io.artifacthub.displayName',
  resources: 'io.artifacthub.resources',
  keywords: 'io.artifacthub.keywords',
  releaseTag: 'com.github.release.tag',
} as const;
