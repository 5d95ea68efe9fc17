import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../programs/program.ts';

/** A forward proxy, as `HTTP_PROXY` and `HTTPS_PROXY` name one. */
export interface ForwardProxy {
  readonly url: string;
  /** What it logged: lines with `CONNECT host:port` and `GET http://…`. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Starts `tinyproxy` on loopback.
 *
 * @param credentials - asks clients for them, with Basic authentication
 */
export async function startTinyproxy(credentials?: {
  readonly username: string;
  readonly password: string;
}): Promise<ForwardProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'kubewarden-proxy-'));
  const port = await freePort();
  const configuration = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Timeout 60',
    'LogLevel Info',
    'Allow 127.0.0.1',
    ...(credentials ? [`BasicAuth ${credentials.username} ${credentials.password}`] : []),
  ];
  const configurationFile = join(folder, 'tinyproxy.conf');
  await writeFile(configurationFile, `${configuration.join('\n')}\n`);
  const program = await runProgram('tinyproxy', ['-d', '-c', configurationFile], /Starting main loop/);
  return {
    url: `http://127.0.0.1:${port}`,
    log: () => program.output(),
    stop: async () => {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Tinyproxy cannot be asked which port it was given. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
