const longestPause = 10_000;

/**
 * How long to wait before a request is repeated, in milliseconds; `undefined` if repeating it is of no use. A
 * server that asks for more than 10 s is not asked again.
 *
 * @param retryAfter - the header of that name: seconds, or a date (RFC 9110, 10.2.3)
 * @param pause - where the server does not say
 */
export function repetitionPause(
  status: number,
  retryAfter: string | undefined,
  pause: number,
  now: number = Date.now(),
): number | undefined {
  if (status !== 429 && status < 500) return undefined;
  if (retryAfter === undefined) return pause;
  const asked = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  if (Number.isNaN(asked)) return pause;
  return asked > longestPause ? undefined : Math.max(asked, pause);
}
