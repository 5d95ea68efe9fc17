import { Document, Pair, Scalar, YAMLMap } from 'yaml';
import type { RequiredAnnotations, SignatureRequirement } from './verification-config.ts';

/** A requirement as the messages about unsatisfied ones show it: YAML, ending with a newline. */
export function formatRequirement(requirement: SignatureRequirement): string {
  return new Document(requirementNode(requirement)).toString({
    lineWidth: 0,
    singleQuote: true,
    blockQuote: 'literal',
  });
}

function requirementNode(requirement: SignatureRequirement): YAMLMap {
  switch (requirement.kind) {
    case 'pubKey':
      return mapping([
        ['kind', requirement.kind],
        ['owner', requirement.owner ?? null],
        ['key', requirement.key],
        ['annotations', annotationsNode(requirement.annotations)],
      ]);
    case 'genericIssuer': {
      const { subject } = requirement;
      const text = new Scalar('equal' in subject ? subject.equal : subject.urlPrefix);
      text.tag = 'equal' in subject ? '!equal' : '!urlPrefix';
      return mapping([
        ['kind', requirement.kind],
        ['issuer', requirement.issuer],
        ['subject', text],
        ['annotations', annotationsNode(requirement.annotations)],
      ]);
    }
    case 'githubAction':
      return mapping([
        ['kind', requirement.kind],
        ['owner', requirement.owner],
        ['repo', requirement.repo ?? null],
        ['annotations', annotationsNode(requirement.annotations)],
      ]);
  }
}

function annotationsNode(annotations: RequiredAnnotations | undefined): YAMLMap | null {
  if (annotations === undefined) return null;
  return mapping(Object.entries(annotations).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function mapping(entries: readonly (readonly [string, unknown])[]): YAMLMap {
  const node = new YAMLMap();
  for (const [key, value] of entries) {
    const item = value === null || typeof value === 'string' ? new Scalar(value) : value;
    node.items.push(new Pair(new Scalar(key), item));
  }
  return node;
}
