import { EventStoreDBClient } from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { Client, type CallOptions, type ClientReadableStream, type Metadata } from '@grpc/grpc-js';
import { decodeReadResponse, type ReadResponse } from './read-response.ts';

export interface ReadQuery {
  /** All streams when left out. */
  readonly stream?: string;
  /** A revision of the stream, or a position of `$all`; inclusive in a read, exclusive in a subscription. */
  readonly from: bigint | 'start' | 'end';
  readonly wanted:
    | { readonly direction: 'forwards' | 'backwards'; readonly maxCount: number }
    | {
        readonly subscription: true;
        readonly streamPrefixes: readonly string[];
        /** A checkpoint is told of after so many pages of 32 events of other streams. */
        readonly checkpointEveryPages: number;
      };
}

export type ReadCall = ClientReadableStream<ReadResponse>;

/**
 * Begins a read or subscription over the client's connection: its discovery, credentials and new connection after a
 * failure stay the client's.
 */
export function beginRead(client: EventStoreDBClient, query: ReadQuery): Promise<ReadCall> {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it has nothing that a client has not
  return ReadingClient.begin(client, requestOf(query));
}

/** What was sent already is thrown away, not left unread: the call would be counted as open for ever. */
export function endRead(call: ReadCall): void {
  call.on('error', () => undefined); // the end of a call that nobody listens to any more
  call.resume();
  setImmediate(() => call.cancel()); // in the turn of its beginning it would not be heard: grpc/grpc-node#1652
}

/** Reaches what the client keeps for its own calls; never made, any client is one. */
class ReadingClient extends EventStoreDBClient {
  static begin(client: ReadingClient, request: streams.ReadReq): Promise<ReadCall> {
    const begin = (calls: ReadCalls): ReadCall =>
      calls.read(request, ...client.callArguments({}, { deadline: Infinity }));
    return client.GRPCStreamCreator(ReadCalls, 'read', begin)();
  }
}

class ReadCalls extends Client {
  read(request: streams.ReadReq, metadata: Metadata, options: CallOptions): ReadCall {
    const serialize = (message: streams.ReadReq): Buffer => Buffer.from(message.serializeBinary());
    return this.makeServerStreamRequest(
      '/event_store.client.streams.Streams/Read',
      serialize,
      decodeReadResponse,
      request,
      metadata,
      options,
    );
  }
}

const empty = (): shared.Empty => new shared.Empty();

function requestOf({ stream, from, wanted }: ReadQuery): streams.ReadReq {
  const options = new streams.ReadReq.Options();
  if (stream === undefined) options.setAll(allFrom(from));
  else options.setStream(streamFrom(stream, from));
  const ids = new streams.ReadReq.Options.UUIDOption();
  ids.setString(empty());
  options.setUuidOption(ids);
  if ('subscription' in wanted) {
    options.setSubscription(new streams.ReadReq.Options.SubscriptionOptions());
    options.setFilter(prefixFilter(wanted.streamPrefixes, wanted.checkpointEveryPages));
  } else {
    options.setReadDirection(wanted.direction === 'forwards' ? 0 : 1);
    options.setCount(String(wanted.maxCount));
    options.setNoFilter(empty());
  }
  const request = new streams.ReadReq();
  request.setOptions(options);
  return request;
}

function allFrom(from: ReadQuery['from']): streams.ReadReq.Options.AllOptions {
  const all = new streams.ReadReq.Options.AllOptions();
  if (from === 'start') all.setStart(empty());
  else if (from === 'end') all.setEnd(empty());
  else {
    const position = new streams.ReadReq.Options.Position();
    position.setCommitPosition(String(from));
    position.setPreparePosition(String(from));
    all.setPosition(position);
  }
  return all;
}

function streamFrom(name: string, from: ReadQuery['from']): streams.ReadReq.Options.StreamOptions {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(name, 'utf8'));
  const stream = new streams.ReadReq.Options.StreamOptions();
  stream.setStreamIdentifier(identifier);
  if (from === 'start') stream.setStart(empty());
  else if (from === 'end') stream.setEnd(empty());
  else stream.setRevision(String(from));
  return stream;
}

function prefixFilter(prefixes: readonly string[], checkpointEveryPages: number) {
  const expression = new streams.ReadReq.Options.FilterOptions.Expression();
  expression.setPrefixList([...prefixes]);
  const filter = new streams.ReadReq.Options.FilterOptions();
  filter.setStreamIdentifier(expression);
  filter.setCount(empty());
  filter.setCheckpointintervalmultiplier(checkpointEveryPages);
  return filter;
}
