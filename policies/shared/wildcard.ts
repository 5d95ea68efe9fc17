/**
 * Whether a pattern matches the whole of a text: `*` stands for any number of characters, `?` for one.
 *
 * Takes no more steps than the lengths of both multiplied, whatever the pattern.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  const wanted = Array.from(pattern);
  const given = Array.from(text);
  let at = 0;
  /** The last star, and where what follows it was tried. */
  let star = -1;
  let tried = 0;
  for (let index = 0; index < given.length;) {
    if (wanted[at] === '*') {
      star = at;
      tried = index;
      at += 1;
    } else if (wanted[at] === '?' || wanted[at] === given[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      tried += 1;
      index = tried;
      at = star + 1;
    } else return false;
  }
  return wanted.slice(at).every((character) => character === '*');
}

/** Whether a text is a pattern at all. */
export function isWildcard(text: string): boolean {
  return /[*?]/.test(text);
}
