import { decodeMetadata, type Metadata } from '@kubewarden/policy';
import { yamlToJson } from '../policy/yaml-json.ts';

/** Metadata as `inspect -o yaml` prints them. */
export function parseMetadataText(text: string): Metadata {
  return decodeMetadata(yamlToJson(text));
}
