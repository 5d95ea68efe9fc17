import { errno } from './errno.ts';
import type { WasiFunction, WasiFunctions } from './function.ts';
import type { WasiLayout } from './layout.ts';
import type { WasiProcess } from './process.ts';

interface Denied {
  readonly parameters: string;
  /** Positions of the parameters that are descriptors. */
  readonly descriptors: readonly number[];
  /** Positions of pairs of address and length. */
  readonly ranges?: readonly number[];
  /** Positions of addresses of results, with their sizes. */
  readonly results?: readonly (readonly [position: number, size: number])[];
  /** What an open descriptor is not; the default is a directory. */
  readonly refusal?: number;
}

/**
 * Files, directories and sockets: a guest has none, so these functions have nothing to work on. They still check
 * what they are given, since guests may rely on which error comes.
 */
export function deniedFunctions(layout: WasiLayout): WasiFunctions {
  const descriptions: Record<string, Denied> = {
    fd_prestat_get: { parameters: 'ii', descriptors: [0], results: [[1, 8]], refusal: errno.badf },
    fd_prestat_dir_name: { parameters: 'iii', descriptors: [0], ranges: [1] },
    fd_readdir: { parameters: 'iiiIi', descriptors: [0], ranges: [1], results: [[4, 4]] },
    path_create_directory: { parameters: 'iii', descriptors: [0], ranges: [1] },
    path_filestat_get: {
      parameters: 'iiiii',
      descriptors: [0],
      ranges: [2],
      results: [[4, layout.filestat]],
    },
    path_filestat_set_times: { parameters: 'iiiiIIi', descriptors: [0], ranges: [2] },
    path_link: { parameters: 'iiiiiii', descriptors: [0, 4], ranges: [2, 5] },
    path_open: { parameters: 'iiiiiIIii', descriptors: [0], ranges: [2], results: [[8, 4]] },
    path_readlink: { parameters: 'iiiiii', descriptors: [0], ranges: [1, 3], results: [[5, 4]] },
    path_remove_directory: { parameters: 'iii', descriptors: [0], ranges: [1] },
    path_rename: { parameters: 'iiiiii', descriptors: [0, 3], ranges: [1, 4] },
    path_symlink: { parameters: 'iiiii', descriptors: [2], ranges: [0, 3] },
    path_unlink_file: { parameters: 'iii', descriptors: [0], ranges: [1] },
    sock_accept: { parameters: 'iii', descriptors: [0], results: [[2, 4]], refusal: errno.notsock },
    sock_recv: {
      parameters: 'iiiiii',
      descriptors: [0],
      results: [
        [4, 4],
        [5, 2],
      ],
      refusal: errno.notsock,
    },
    sock_send: { parameters: 'iiiii', descriptors: [0], results: [[4, 4]], refusal: errno.notsock },
    sock_shutdown: { parameters: 'ii', descriptors: [0], refusal: errno.notsock },
  };
  return Object.fromEntries(
    Object.entries(descriptions).map(([name, description]) => [name, denied(description)]),
  );
}

function denied({ parameters, descriptors, ranges = [], results = [], refusal }: Denied): WasiFunction {
  return {
    parameters,
    run: (process: WasiProcess, ...values: number[]) => {
      for (const position of ranges) process.memory.window(values[position]!, values[position + 1]!);
      for (const [position, size] of results) process.memory.window(values[position]!, size);
      if (descriptors.some((position) => !process.descriptors.has(values[position]!))) return errno.badf;
      return refusal ?? errno.notdir;
    },
  };
}
