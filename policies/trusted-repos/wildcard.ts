/** Whether a text is a pattern: `*` stands for any characters, `?` for one. */
export function isWildcard(text: string): boolean {
  return /[*?]/.test(text);
}

/** Whether a text matches a pattern as a whole. Takes time in proportion to the product of their lengths at most. */
export function matchesWildcard(text: string, pattern: string): boolean {
  let at = 0;
  let position = 0;
  /** Where to go on if what follows the last `*` does not fit. */
  let star = -1;
  let resume = 0;
  while (position < text.length) {
    if (pattern[at] === '*') {
      star = at;
      resume = position;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[position])) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      resume += 1;
      position = resume;
      at = star + 1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
