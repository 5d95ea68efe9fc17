import { readFile, writeFile } from 'node:fs/promises';
import type { Capabilities } from '@kubewarden/capabilities';
import type { HostAnswerer } from '@kubewarden/evaluator';
import type { HostExchange } from '@kubewarden/evaluator/transcript';
import type { ParsedOptions } from '../command-line/parsed-options.ts';
import type { Session } from '../distribution/session.ts';
import { CliError, fileProblem } from '../terminal/cli-error.ts';
import type { Logger } from '../terminal/log.ts';

/** What stands behind the gates of the policies of a run. */
export interface RunHost {
  /** A session for one policy. */
  open(): HostSession;
  /** Called when all policies are done. */
  close(): Promise<void>;
}

export interface HostSession {
  readonly answer: HostAnswerer;
  /** A replayed session begins anew. */
  rewind(): void;
  /** The policy is done. */
  end(): void;
}

const target = 'kwctl::callback_handler';

/**
 * The host's capabilities: those of this machine, recorded if so wished, or a recorded session.
 *
 * @throws CliError if the session cannot be read
 */
export async function createRunHost(options: ParsedOptions, session: Session, log: Logger): Promise<RunHost> {
  const replay = options.value('replay-host-capabilities-interactions');
  const record = options.value('record-host-capabilities-interactions');
  if (replay !== undefined) return replayingHost(await readSession(replay), log);

  const capabilities = hostCapabilities(session);
  if (record === undefined) {
    return {
      open: () => unending(capabilities.answer),
      close: () => capabilities.dispose(),
    };
  }
  log('info', target, 'host capabilities proxy enabled with record mode');
  const { formatTranscript, recordExchanges } = await import('@kubewarden/evaluator/transcript');
  const recording = recordExchanges(capabilities.answer);
  return {
    open: () => unending(recording.answer),
    close: async () => {
      await capabilities.dispose();
      try {
        await writeFile(record, formatTranscript(recording.exchanges));
      } catch (cause) {
        throw new CliError(
          `Cannot write host capabilities interactions file ${record}: ${fileProblem(cause)}`,
        );
      }
      log('info', target, 'Context aware session saved to file', { file: record });
    },
  };
}

/** The capabilities of this machine, loaded when a policy asks for one: most never do. */
function hostCapabilities({ client, verifier }: Session): {
  readonly answer: HostAnswerer;
  readonly dispose: () => Promise<void>;
} {
  let loaded: Promise<Capabilities> | undefined;
  const load = async (): Promise<Capabilities> => {
    const { createCapabilities } = await import('@kubewarden/capabilities');
    return createCapabilities({ registry: client, verifier });
  };
  return {
    answer: async (request, caller) => (await (loaded ??= load())).answer(request, caller),
    dispose: async () => (await loaded)?.dispose(),
  };
}

/** The session of a host that has no beginning and no end. */
function unending(answer: HostAnswerer): HostSession {
  return { answer, rewind: () => {}, end: () => {} };
}

async function replayingHost(exchanges: readonly HostExchange[], log: Logger): Promise<RunHost> {
  const { replayExchanges } = await import('@kubewarden/evaluator/transcript');
  log('info', target, 'host capabilities proxy enabled with replay mode');
  return {
    open: () => {
      let replay = replayExchanges(exchanges);
      return {
        answer: (request, caller) => replay.answer(request, caller),
        rewind: () => void (replay = replayExchanges(exchanges)),
        end: () => {
          const left = replay.leftovers().length;
          if (left === 0) return;
          log('warn', target, 'Some of the recorded exchanges have not been replayed', {
            left: String(left),
          });
        },
      };
    },
    close: async () => {},
  };
}

async function readSession(path: string): Promise<readonly HostExchange[]> {
  const { parseTranscript } = await import('@kubewarden/evaluator/transcript');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError(`Cannot open host capabilities interactions file ${path}: ${fileProblem(cause)}`);
  });
  try {
    return parseTranscript(text);
  } catch (cause) {
    throw new CliError(`cannot deserialize contents of ${path}: ${(cause as Error).message}`);
  }
}
