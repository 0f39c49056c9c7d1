import { status, type ServerReadableStream } from '@grpc/grpc-js';
import type { CallContext } from '../grpc/call-context.ts';
import { StatusError } from '../grpc/status-error.ts';
import type { EventLog } from '../log/event-log.ts';
import { appendEvents } from './append-events.ts';
import type { AppendLimits } from './append-limits.ts';
import type { AppendMessage } from './append-messages.ts';
import type { AppendOptions } from './append-options.ts';
import { encodeAppendResponse } from './append-response.ts';
import { CollectedEvents } from './collected-events.ts';
import { invalidArgument, serverNotReady, streamDeleted } from './errors.ts';
import { nextTurn } from './next-turn.ts';
import { submitWithin } from './submit-within.ts';

/** Serves one classic append: the options, then the events, one answer. */
export async function serveAppend(
  call: ServerReadableStream<AppendMessage, Buffer>,
  context: CallContext,
  log: EventLog,
  limits: AppendLimits,
  checkAccess: (options: AppendOptions) => void,
  stopping: AbortSignal,
): Promise<Buffer> {
  const { options, collected } = await unlessStopping(collect(call, limits, checkAccess), stopping);
  // A client that cancels ends its messages too: that it has cancelled is heard later in the same turn.
  await nextTurn();
  if (context.signal.aborted) throw new StatusError(status.CANCELLED, 'The call was cancelled');
  const { stream, expected } = options;
  const result = await submitWithin(log, Math.min(Date.now() + limits.writeTimeoutMs, context.deadlineMs), {
    bytes: collected.weightBytes,
    run: (transaction) => appendEvents(transaction, { stream, expected, events: collected.events }),
  });
  if (result.outcome === 'stream-deleted') throw streamDeleted(stream);
  return encodeAppendResponse(expected, result);
}

/** An append whose end has not come when the server stops is not done; its client is told, and may try elsewhere. */
async function unlessStopping<Result>(work: Promise<Result>, stopping: AbortSignal): Promise<Result> {
  let stopListening = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(serverNotReady());
    stopListening = () => stopping.removeEventListener('abort', onAbort);
    if (stopping.aborted) onAbort();
    else stopping.addEventListener('abort', onAbort);
  });
  return Promise.race([work, stopped]).finally(stopListening);
}

interface CollectedAppend {
  readonly options: AppendOptions;
  readonly collected: CollectedEvents;
}

async function collect(
  call: ServerReadableStream<AppendMessage, Buffer>,
  limits: AppendLimits,
  checkAccess: (options: AppendOptions) => void,
): Promise<CollectedAppend> {
  const collected = new CollectedEvents(limits.maxAppendBytes);
  let options: AppendOptions | undefined;
  for await (const message of call as AsyncIterable<AppendMessage>) {
    if (message.kind === 'options') {
      options = message.options;
      checkAccess(options);
    } else if (message.kind === 'event') {
      if (!options) throw invalidArgument('The first message of an append must hold its options');
      collected.add(message.event);
    }
  }
  if (!options) throw invalidArgument('An append must have options');
  return { options, collected };
}
