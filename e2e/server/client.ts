import { Agent, request } from 'node:https';

/** What a review was answered with. */
interface Answer {
  readonly uid: string;
  readonly allowed: boolean;
  /** A JSON Patch in base64. */
  readonly patch?: string;
  readonly warnings?: readonly string[];
  readonly status?: { readonly message?: string; readonly code?: number };
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** Undefined where the body is no review. */
  readonly response: Answer | undefined;
}

export interface Client {
  post(path: string, body: string | Uint8Array): Promise<HttpAnswer>;
  close(): void;
}

/** A client with keep-alive connections, which does not ask who signed the server's certificate. */
export function createClient(url: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, rejectUnauthorized: false });
  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          url + path,
          { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
          (incoming) => {
            const chunks: Buffer[] = [];
            incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
            incoming.on('error', reject);
            incoming.on('end', () => {
              const text = Buffer.concat(chunks).toString();
              resolve({ status: incoming.statusCode!, text, response: decode(text) });
            });
          },
        );
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function decode(text: string): Answer | undefined {
  try {
    return (JSON.parse(text) as { response?: Answer }).response;
  } catch {
    return undefined;
  }
}
