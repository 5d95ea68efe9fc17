/**
 * Waits for all, and throws the error that came first: when two ends of a stream fail, the one that failed
 * first says why.
 */
export async function settleAll(work: readonly Promise<unknown>[]): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(work.map((each) => each.catch((error: unknown) => failures.push(error))));
  if (failures.length > 0) throw failures[0];
}
