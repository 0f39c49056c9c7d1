import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Outbox } from '../grpc/outbox.ts';
import type { BatchAppendChunk } from './append-messages.ts';
import type { AppendOptions } from './append-options.ts';
import { encodeBatchAppendResponse } from './batch-append-response.ts';
import type { BatchedAppend } from './batched-append.ts';

/** So much may wait for the disk on one call; beyond it the store stops reading from the call. */
const MAX_SUBMITTED_BYTES = 32 * 1024 * 1024;
const MAX_SUBMITTED_APPENDS = 20_000;
/** So much may wait for its client's further chunks; beyond it appends are refused, since not reading would wait for ever. */
const MAX_UNFINISHED_BYTES = 32 * 1024 * 1024;
const TOO_MUCH_UNFINISHED = {
  outcome: 'refused',
  reason: 'Too many appends of this call are unfinished',
} as const;

/**
 * Serves one client's appends over one duplex call until the client has closed its side and has all its answers, or is
 * gone. Each append may come in several chunks and gets exactly one answer, by its correlation id, in any order.
 * Appends are stored in the order in which their last chunks arrive.
 */
export async function serveBatchAppends(
  call: ServerDuplexStream<BatchAppendChunk, Buffer>,
  outbox: Outbox,
  begin: (options: AppendOptions) => BatchedAppend,
): Promise<void> {
  const unfinished = new Map<string, BatchedAppend>();
  const unanswered = new Set<BatchedAppend>();
  let unfinishedBytes = 0;
  let submittedBytes = 0;
  let onAllAnswered: () => void = () => undefined;

  const mayReadOn = (): boolean =>
    submittedBytes < MAX_SUBMITTED_BYTES &&
    unanswered.size - unfinished.size < MAX_SUBMITTED_APPENDS &&
    !outbox.isFull;
  const readOn = (): void => {
    if (mayReadOn()) call.resume();
  };

  const answer = async (key: string, correlationId: Buffer, append: BatchedAppend): Promise<void> => {
    unanswered.add(append);
    unfinished.set(key, append);
    const outcome = await append.outcome;
    unanswered.delete(append);
    if (unfinished.get(key) === append) {
      unfinished.delete(key);
      unfinishedBytes -= append.weightBytes;
    } else submittedBytes -= append.weightBytes;
    outbox.send(encodeBatchAppendResponse(correlationId, append.options, outcome));
    readOn();
    if (unanswered.size === 0) onAllAnswered();
  };

  outbox.onDrain(readOn);
  call.on('data', ({ correlationId, options, events, isFinal }: BatchAppendChunk) => {
    const key = correlationId.toString('latin1');
    let append = unfinished.get(key);
    if (!append) {
      // A chunk without options belongs to an append that is answered, or to none.
      if (!options) return;
      append = begin(options);
      void answer(key, correlationId, append);
    }
    unfinishedBytes -= append.weightBytes;
    append.add(events, isFinal);
    if (isFinal) {
      unfinished.delete(key);
      submittedBytes += append.weightBytes;
    } else {
      unfinishedBytes += append.weightBytes;
      if (unfinishedBytes > MAX_UNFINISHED_BYTES) append.refuse(TOO_MUCH_UNFINISHED);
    }
    if (!mayReadOn()) call.pause();
  });

  if (outbox.isOpen) await new Promise<void>((resolve) => call.once('end', resolve).once('close', resolve));
  if (outbox.isOpen && unanswered.size > 0) {
    await new Promise<void>((resolve) => {
      onAllAnswered = resolve;
      call.once('close', resolve);
    });
  }
  for (const append of unanswered) append.abandon();
}
