/** Maps in order of the items, at most `limit` at a time; after a failure nothing more is begun. */
export async function mapConcurrently<Item, Result>(
  limit: number,
  items: readonly Item[],
  map: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const remaining = items.entries();
  let failed = false;
  const work = async (): Promise<void> => {
    // All workers take from the same iterator, so each item is taken once.
    for (const [index, item] of remaining) {
      if (failed) return;
      try {
        results[index] = await map(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
