/** What a server wants to see (RFC 9110, 11.3). */
export interface Challenge {
  /** Lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** By lower-case name. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const quoted = /"((?:[^"\\]|\\.)*)"/sy;
/** The other form of credentials, as in `Negotiate dG9rZW4=`. */
const token68 = /[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y;
const separators = /[ \t,]*/y;
const blanks = /[ \t]*/y;

/**
 * Reads the values of `WWW-Authenticate` headers, each of which may hold several challenges. What cannot be
 * understood ends the reading of its header; what came before counts.
 */
export function parseChallenges(headers: readonly string[]): Challenge[] {
  return headers.flatMap(parseHeader);
}

function parseHeader(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  let parameters: Map<string, string> | undefined;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(header);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    take(separators);
    const name = take(token)?.[0].toLowerCase();
    if (name === undefined) return challenges;
    take(blanks);
    if (header[at] !== '=') {
      parameters = new Map();
      challenges.push({ scheme: name, parameters });
      take(token68);
      continue;
    }
    at += 1;
    take(blanks);
    const value = take(quoted)?.[1]?.replaceAll(/\\(.)/gs, '$1') ?? take(token)?.[0];
    if (value === undefined || parameters === undefined) return challenges;
    if (!parameters.has(name)) parameters.set(name, value);
  }
}
