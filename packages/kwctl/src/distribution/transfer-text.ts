import type { TransferProgress } from '@kubewarden/registry';
import { formatSize } from '../terminal/size.ts';

/** Transfers that are smaller are over before a number could be read. */
const longTransferBytes = 1_000_000;

/** How far a transfer is; nothing for one that is over soon. */
export function transferText({ transferred, total }: TransferProgress): string {
  if ((total ?? transferred) < longTransferBytes) return '';
  if (total === undefined) return `(${formatSize(transferred)})`;
  return `(${formatSize(transferred)} of ${formatSize(total)}, ${Math.floor((100 * transferred) / total)} %)`;
}
