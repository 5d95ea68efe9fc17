import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';

export interface WatchOptions {
  /** Between two looks at the files when no event comes, in milliseconds. */
  readonly pollMilliseconds: number;
  /** Events within this time lead to one look, in milliseconds. */
  readonly settleMilliseconds: number;
  /** A folder cannot be watched; polling goes on. */
  readonly onWatchError: (folder: string, error: Error) => void;
}

/**
 * Calls `look` when the given files may have changed.
 *
 * Kubernetes replaces the files of a Secret by swapping the symbolic link `..data` in their folder, which a watch
 * on a file sees at most once; so the folders are watched. Not every file system tells of changes, so there is
 * also a look at regular intervals.
 *
 * @returns stops the watch
 */
export function watchFiles(files: readonly string[], look: () => void, options: WatchOptions): () => void {
  let settling: NodeJS.Timeout | undefined;
  const soon = (): void => {
    settling ??= setTimeout(() => {
      settling = undefined;
      look();
    }, options.settleMilliseconds);
    settling.unref();
  };
  const watchers = [...new Set(files.map((file) => dirname(file)))].flatMap((folder): FSWatcher[] => {
    try {
      const watcher = watch(folder, { persistent: false }, soon);
      watcher.on('error', (error) => options.onWatchError(folder, error));
      return [watcher];
    } catch (error) {
      options.onWatchError(folder, error as Error);
      return [];
    }
  });
  const poll = setInterval(look, options.pollMilliseconds);
  poll.unref();
  return () => {
    clearInterval(poll);
    clearTimeout(settling);
    for (const watcher of watchers) watcher.close();
  };
}
