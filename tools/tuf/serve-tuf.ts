import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TufServer {
  readonly url: string;
  /** What is served; may be changed at any time. */
  files: ReadonlyMap<string, Uint8Array>;
  /** `silent`: accepts and never answers. `drip`: sends a body byte by byte, for ever. */
  mode: 'serve' | 'silent' | 'drip';
  /** Paths in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Serves the files of a TUF repository over HTTP on loopback. */
export async function serveTuf(files: ReadonlyMap<string, Uint8Array>): Promise<TufServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    requests.push(path);
    if (running.mode === 'silent') return;
    if (running.mode === 'drip') {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(timer));
      return;
    }
    const bytes = running.files.get(path);
    response.writeHead(bytes === undefined ? 404 : 200);
    response.end(bytes);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const running: TufServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    mode: 'serve',
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return running;
}
