import { describe, expect, it } from 'vitest';
import { nextPage } from './link-header.ts';

describe('nextPage', () => {
  it.each([
    [['</v2/_catalog?last=b&n=100>; rel="next"'], '/v2/_catalog?last=b&n=100'],
    [['<https://r.io/x>;rel=next'], 'https://r.io/x'],
    [['</a>; rel="prev", </b>; rel="next"'], '/b'],
    [['</a>; rel="prev"', '</b>; title="x"; REL="last next"'], '/b'],
    [['</a>; rel=next, </b>; rel=next'], '/a'],
  ])('finds the next page in %j', (headers, target) => {
    expect(nextPage(headers)).toBe(target);
  });

  it.each([
    [[]],
    [['']],
    [['</a>; rel="prev"']],
    [['</a>; rel="nextish"']],
    [['</a>; rel=nextish']],
    [['</a>; rev="next"']],
    [['/a; rel="next"']],
    [['<</a>']],
  ])('finds none in %j', (headers) => {
    expect(nextPage(headers)).toBeUndefined();
  });

  it('takes no longer for what is long', () => {
    for (const piece of ['<', '<>', '<>;rel="', '<>; rel = ', ';rel= ']) {
      expect(nextPage([piece.repeat(20_000)])).toBeUndefined();
    }
  });
});
