import { createReadStream } from 'node:fs';

/**
 * Reads a file that the user names. It may be a device or a pipe, which may go on for ever.
 *
 * @throws the error of the file system, or one that says that the file is larger than `maximumBytes`
 */
export async function readInputFile(path: string, maximumBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    size += (chunk as Buffer).byteLength;
    if (size > maximumBytes) throw new RangeError(`it is larger than ${maximumBytes} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, size);
}
