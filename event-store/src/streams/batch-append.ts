import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Outbox } from '../grpc/outbox.ts';
import type { BatchAppendChunk } from './append-messages.ts';
import type { AppendOptions } from './append-options.ts';
import { encodeBatchAppendResponse } from './batch-append-response.ts';
import type { BatchedAppend } from './batched-append.ts';

/** A client may have this much unanswered on one call; beyond it the store stops reading from the call. */
const MAX_UNANSWERED_BYTES = 32 * 1024 * 1024;
const MAX_UNANSWERED_APPENDS = 20_000;

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
  const open = new Map<string, BatchedAppend>();
  const unanswered = new Set<BatchedAppend>();
  let unansweredBytes = 0;
  let onAllAnswered: () => void = () => undefined;

  const answer = async (correlationId: Buffer, append: BatchedAppend): Promise<void> => {
    unanswered.add(append);
    const outcome = await append.outcome;
    unanswered.delete(append);
    unansweredBytes -= append.dataBytes;
    outbox.send(encodeBatchAppendResponse(correlationId, append.options, outcome));
    readOn();
    if (unanswered.size === 0) onAllAnswered();
  };
  const mayReadOn = (): boolean =>
    unansweredBytes < MAX_UNANSWERED_BYTES && unanswered.size < MAX_UNANSWERED_APPENDS && !outbox.isFull;

  const readOn = (): void => {
    if (mayReadOn()) call.resume();
  };

  outbox.onDrain(readOn);
  call.on('data', ({ correlationId, options, events, isFinal }: BatchAppendChunk) => {
    const key = correlationId.toString('latin1');
    let append = open.get(key);
    if (!append) {
      // A chunk without options belongs to an append that is over, or to none.
      if (!options) return;
      append = begin(options);
      open.set(key, append);
      void answer(correlationId, append);
    }
    const before = append.dataBytes;
    append.add(events, isFinal);
    if (unanswered.has(append)) unansweredBytes += append.dataBytes - before;
    if (isFinal) open.delete(key);
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
