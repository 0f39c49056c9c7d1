import { credentials } from '@grpc/grpc-js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams, {
  type BatchAppendReq,
  type BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';

/** The protocol's own client, for messages that the official client never sends. */
export function rawStreamsClient(port: number): InstanceType<typeof streamsGrpc.StreamsClient> {
  const client = new streamsGrpc.StreamsClient(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

interface Chunk {
  readonly correlationId: string;
  /** Names the stream; a chunk without one goes on with what its correlation id began. */
  readonly stream?: string;
  readonly events: readonly {
    readonly id: string;
    readonly names: Readonly<Record<string, string>>;
    readonly metadata?: Uint8Array;
  }[];
  readonly isFinal: boolean;
}

export function chunk({ correlationId, stream, events, isFinal }: Chunk): BatchAppendReq {
  const request = new streams.BatchAppendReq();
  request.setCorrelationId(uuid(correlationId));
  request.setIsFinal(isFinal);
  if (stream !== undefined) {
    const options = new streams.BatchAppendReq.Options();
    const identifier = new shared.StreamIdentifier();
    identifier.setStreamName(Buffer.from(stream));
    options.setStreamIdentifier(identifier);
    options.setAny(new empty.Empty());
    request.setOptions(options);
  }
  for (const { id, names, metadata } of events) {
    const message = new streams.BatchAppendReq.ProposedMessage();
    message.setId(uuid(id));
    message.setData(Buffer.from('{}').toString('base64'));
    if (metadata) message.setCustomMetadata(metadata);
    for (const [key, value] of Object.entries(names)) message.getMetadataMap().set(key, value);
    request.addProposedMessages(message);
  }
  return request;
}

function uuid(text: string) {
  const id = new shared.UUID();
  id.setString(text);
  return id;
}

/** An open batch call that keeps its answers. */
export function batchCall(port: number) {
  const call = rawStreamsClient(port).batchAppend();
  const answers: BatchAppendResp[] = [];
  let hasEnded = false;
  call.on('data', (answer: BatchAppendResp) => answers.push(answer));
  call.on('end', () => (hasEnded = true));
  call.on('error', () => (hasEnded = true));
  onTestFinished(() => call.cancel());
  return {
    call,
    answers,
    hasEnded: () => hasEnded,
    expectAnswers: (count: number) => eventually(`${count} answers have come`, () => answers.length >= count),
  };
}
