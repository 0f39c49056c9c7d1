import { status, type ServerReadableStream } from '@grpc/grpc-js';
import type { CallContext } from '../grpc/call-context.ts';
import { StatusError } from '../grpc/status-error.ts';
import type { EventLog } from '../log/event-log.ts';
import type { ProposedEvent } from '../log/write-transaction.ts';
import { appendEvents } from './append-events.ts';
import type { AppendLimits } from './append-limits.ts';
import type { AppendMessage } from './append-messages.ts';
import type { AppendOptions } from './append-options.ts';
import { encodeAppendResponse } from './append-response.ts';
import { checkProposal } from './check-proposal.ts';
import { invalidArgument, maximumAppendSizeExceeded, streamDeleted } from './errors.ts';
import { submitWithin } from './submit-within.ts';

/** Serves one classic append: the options, then the events, one answer. */
export async function serveAppend(
  call: ServerReadableStream<AppendMessage, Buffer>,
  context: CallContext,
  log: EventLog,
  limits: AppendLimits,
  checkAccess: (options: AppendOptions) => void,
): Promise<Buffer> {
  const { options, events, dataBytes } = await collect(call, limits, checkAccess);
  if (context.signal.aborted) throw new StatusError(status.CANCELLED, 'The call was cancelled');
  const { stream, expected } = options;
  const result = await submitWithin(log, Math.min(Date.now() + limits.writeTimeoutMs, context.deadlineMs), {
    bytes: dataBytes,
    run: (transaction) => appendEvents(transaction, { stream, expected, events }),
  });
  if (result.outcome === 'stream-deleted') throw streamDeleted(stream);
  return encodeAppendResponse(expected, result);
}

interface CollectedAppend {
  readonly options: AppendOptions;
  readonly events: readonly ProposedEvent[];
  readonly dataBytes: number;
}

async function collect(
  call: ServerReadableStream<AppendMessage, Buffer>,
  limits: AppendLimits,
  checkAccess: (options: AppendOptions) => void,
): Promise<CollectedAppend> {
  const events: ProposedEvent[] = [];
  let options: AppendOptions | undefined;
  let dataBytes = 0;
  for await (const message of call as AsyncIterable<AppendMessage>) {
    if (message.kind === 'options') {
      options = message.options;
      checkAccess(options);
    } else if (message.kind === 'event') {
      if (!options) throw invalidArgument('The first message of an append must hold its options');
      events.push(checkProposal(message.event));
      dataBytes += message.event.data.length;
      if (dataBytes > limits.maxAppendBytes) throw maximumAppendSizeExceeded(limits.maxAppendBytes);
    }
  }
  if (!options) throw invalidArgument('An append must have options');
  return { options, events, dataBytes };
}
