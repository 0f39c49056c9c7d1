import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '@verbatim/shared';
import type { Response } from 'express';

/** Shorter than an erasure waits before it is answered (1.1 s), with room for the question itself. */
const askAgainAfterMs = 500;

/**
 * Sends what may take hours, as it comes, for as long as `mayGoOn` says so. It is asked whether or not the reader
 * reads, and then the connection is reset: what is cut off must not look whole, and what was handed over already but
 * not sent is dropped.
 * @throws Problem `forbidden` when it was cut off
 */
export async function sendStream(
  response: Response,
  stream: (signal: AbortSignal) => AsyncIterable<string | Uint8Array>,
  mayGoOn: () => Promise<boolean>,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const cutOff = new AbortController();
  const cut = (): void => {
    cutOff.abort();
    response.socket?.resetAndDestroy();
  };
  const watching = watch(mayGoOn, gone.signal).then((mayStill) => (mayStill ? undefined : cut()), cut);
  try {
    // One piece ahead of the reader, not sixteen.
    const pieces = Readable.from(stream(gone.signal), { objectMode: true, highWaterMark: 1 });
    await pipeline(pieces, response);
  } catch (error) {
    if (cutOff.signal.aborted) throw new Problem('forbidden', { cause: error });
    if (!gone.signal.aborted || response.writableFinished) throw error;
  } finally {
    gone.abort();
    await watching;
  }
}

/** True once the signal is given, false as soon as it may not go on. */
async function watch(mayGoOn: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const hasEnded = await delay(askAgainAfterMs, false, { signal }).catch(() => true);
    if (hasEnded) return true;
    if (!(await mayGoOn())) return false;
  }
}
