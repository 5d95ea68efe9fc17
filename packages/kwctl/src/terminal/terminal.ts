import { isatty } from 'node:tty';

/** What a program is connected to. */
export interface Terminal {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly stdin: () => Promise<Uint8Array>;
  /** Asks on the terminal that standard input is, without showing what is typed. */
  readonly password: (prompt: string) => Promise<string>;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The process's own streams. */
export function processTerminal(): Terminal {
  return {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    stdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    password: async (prompt) => {
      const { readPassword } = await import('./read-password.ts');
      return readPassword(prompt, process.stdin, (text) => process.stderr.write(text));
    },
    // Asking `process.stdin` would open it.
    stdinIsTerminal: isatty(0),
    stdoutIsTerminal: process.stdout.isTTY ?? false,
    stderrIsTerminal: process.stderr.isTTY ?? false,
    columns: process.stdout.columns ?? process.stderr.columns ?? 80,
    environment: process.env,
  };
}
