import { canonicalJson } from './json/canonical.ts';
import { parseTransient } from './json/document.ts';

/** The settings of a policy are neither an object nor absent. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor() {
    super('Invalid settings in CRD, not an object');
  }
}

/**
 * The settings of a policy as guests get them: canonical JSON of an object. Absent and null settings are `{}`;
 * defaults are the policy's own affair.
 *
 * @param json UTF-8
 * @throws JsonSyntaxError if the text is not JSON
 * @throws SettingsError if it is neither an object nor null
 */
export function settingsFromJson(json: Uint8Array | undefined): Uint8Array<ArrayBuffer> {
  const empty = Uint8Array.of(0x7b, 0x7d);
  if (json === undefined) return empty;
  const document = parseTransient(json);
  if (document.isNull(document.root)) return empty;
  if (document.kind(document.root) !== 'object') throw new SettingsError();
  return canonicalJson(document);
}
