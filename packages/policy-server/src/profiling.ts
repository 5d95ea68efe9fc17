import type { ServerResponse } from 'node:http';
import { answer, answerError } from './http/answer.ts';
import type { ProfileHandler } from './http/api.ts';
import type { Logger } from './logging/logger.ts';

/** One sample for so many allocated bytes, as in the original. */
const heapSampleBytes = 512 * 1024;
const heapStackDepth = 64;
const defaultFrequency = 99;
const defaultSeconds = 30;
const maximumFrequency = 1_000;
const maximumSeconds = 600;

/**
 * Profiles of the main thread, which does HTTP, TLS and host capabilities, in the format of pprof. Heap sampling
 * runs from now on.
 */
export async function startProfiling(logger: Logger): Promise<ProfileHandler> {
  const { encode, heap, time } = await import('@datadog/pprof');
  logger.log('info', 'Activating heap profiling');
  heap.start(heapSampleBytes, heapStackDepth);
  let running = false;

  const cpu = async (url: URL, response: ServerResponse): Promise<void> => {
    const frequency = readNumber(url, 'frequency', defaultFrequency, maximumFrequency);
    const seconds = readNumber(url, 'interval', defaultSeconds, maximumSeconds);
    if (frequency === undefined || seconds === undefined) {
      answerError(
        response,
        400,
        'Failed to deserialize query string: frequency and interval must be whole numbers',
      );
      return;
    }
    if (running) {
      logger.log('error', 'pprof error: CPU profile already running');
      answerError(response, 500, 'Something went wrong');
      return;
    }
    running = true;
    try {
      const profile = await time.profile({
        durationMillis: seconds * 1000,
        intervalMicros: Math.round(1e6 / frequency),
      });
      answerProfile(response, 'cpu_profile', await encode(profile));
    } finally {
      running = false;
    }
  };

  return async (url, response) => {
    if (url.pathname === '/debug/pprof/cpu') await cpu(url, response);
    else if (url.pathname === '/debug/pprof/heap')
      answerProfile(response, 'heap_profile', await encode(heap.profile()));
    else answerError(response, 404, 'not found');
  };
}

function readNumber(url: URL, name: string, fallback: number, maximum: number): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= maximum ? value : undefined;
}

function answerProfile(response: ServerResponse, filename: string, profile: Uint8Array): void {
  answer(response, 200, 'application/octet-stream', profile, {
    headers: { 'content-disposition': `attachment; filename="${filename}"` },
  });
}
