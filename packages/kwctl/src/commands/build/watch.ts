import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

/** Milliseconds of quiet after which a change is complete: editors write in several steps. */
const settlingMilliseconds = 50;

/** Watches folders (not those below them) until a file in one of them changes. */
export class FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #ignored: ReadonlySet<string>;
  readonly #changed = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;

  /** @param ignored - absolute paths of files that do not count */
  constructor(folders: Iterable<string>, ignored: ReadonlySet<string>) {
    this.#ignored = ignored;
    this.add(folders);
  }

  add(folders: Iterable<string>): void {
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      const watcher = watch(folder, (_event, name) => {
        if (name !== null && this.#ignored.has(join(folder, name))) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#changed.resolve(), settlingMilliseconds);
      });
      // A folder that vanishes is a change as well.
      watcher.on('error', () => this.#changed.resolve());
      this.#watchers.set(folder, watcher);
    }
  }

  /** Resolves as soon as something has changed since the folder was added. */
  changed(): Promise<void> {
    return this.#changed.promise;
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
  }
}
