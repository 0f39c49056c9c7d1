import type { CallContext } from '../grpc/call-context.ts';
import { Service, type ServiceEnvironment } from '../grpc/service.ts';
import type { EventLog } from '../log/event-log.ts';
import type { WriteTransaction } from '../log/write-transaction.ts';
import { WireReader } from '../protobuf/wire-reader.ts';
import { WireWriter } from '../protobuf/wire-writer.ts';
import { ALL_STREAM, demand, type Access } from '../security/access.ts';
import { serveAppend } from './append.ts';
import type { AppendLimits } from './append-limits.ts';
import { decodeAppendMessage, decodeBatchAppendChunk } from './append-messages.ts';
import { readAppendOptions, type AppendOptions } from './append-options.ts';
import { serveBatchAppends } from './batch-append.ts';
import { BatchedAppend } from './batched-append.ts';
import { deleteStream, tombstoneStream } from './delete-stream.ts';
import { invalidArgument } from './errors.ts';
import { decodeReadRequest } from './read-request.ts';
import { serveRead } from './serve-read.ts';
import { serveSubscription } from './serve-subscription.ts';
import { submitWithin } from './submit-within.ts';

const BYTES_OF_A_DELETE = 512;

/** The Streams service: append, read, subscribe, delete. */
export function streamsService(
  log: EventLog,
  limits: AppendLimits,
  access: Access,
  environment: ServiceEnvironment,
  stopping: AbortSignal,
): Service {
  const remove = async (
    { stream, expected }: AppendOptions,
    context: CallContext,
    run: (transaction: WriteTransaction, request: AppendOptions) => number,
  ): Promise<Buffer> => {
    demand(access.allows(context.user, 'delete', stream));
    const beginBeforeMs = Math.min(Date.now() + limits.writeTimeoutMs, context.deadlineMs);
    const position = await submitWithin(log, beginBeforeMs, {
      bytes: BYTES_OF_A_DELETE,
      run: (transaction) => run(transaction, { stream, expected, deadlineMs: Infinity }),
    });
    return new WireWriter().message(1, (written) => written.uint(1, position).uint(2, position)).finish();
  };

  return new Service('event_store.client.streams.Streams', environment)
    .serverStream(
      'Read',
      decodeReadRequest,
      async (request, outbox, context) => {
        const { count, stream } = request;
        const mayRead = (name: string): boolean => access.allows(context.user, 'read', name);
        demand(mayRead(stream ?? ALL_STREAM));
        if (count === undefined) await serveSubscription(log, request, outbox, context, access);
        else await serveRead(log, { ...request, count }, outbox, mayRead);
      },
      ['position', 'events'],
    )
    .clientStream('Append', decodeAppendMessage, (call, context) =>
      serveAppend(
        call,
        context,
        log,
        limits,
        ({ stream }) => demand(access.allows(context.user, 'write', stream)),
        stopping,
      ),
    )
    .duplex(
      'BatchAppend',
      decodeBatchAppendChunk,
      (call, outbox, { user }) =>
        serveBatchAppends(call, outbox, (options) => {
          const append = new BatchedAppend(log, limits, options);
          if (!access.allows(user, 'write', options.stream)) append.refuse({ outcome: 'access-denied' });
          return append;
        }),
      ['deadline_duration'],
    )
    .unary('Delete', decodeDeleteRequest, (request, context) => remove(request, context, deleteStream))
    .unary('Tombstone', decodeDeleteRequest, (request, context) => remove(request, context, tombstoneStream));
}

/** Delete's and Tombstone's request, whose options are laid out as Append's. */
function decodeDeleteRequest(bytes: Buffer): AppendOptions {
  const reader = new WireReader(bytes);
  let options: AppendOptions | undefined;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) options = readAppendOptions(reader.message());
    else reader.skip();
  }
  if (!options) throw invalidArgument('A delete must have options');
  return options;
}
