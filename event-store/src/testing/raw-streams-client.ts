import { credentials, type ServiceError } from '@grpc/grpc-js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams, {
  type AppendReq,
  type AppendResp,
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

export function uuid(text: string) {
  const id = new shared.UUID();
  id.setString(text);
  return id;
}

/** An id as two signed numbers of 64 bits. */
export function structuredUuid(text: string) {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  const halves = new shared.UUID.Structured();
  halves.setMostSignificantBits(bytes.readBigInt64BE(0).toString());
  halves.setLeastSignificantBits(bytes.readBigInt64BE(8).toString());
  const id = new shared.UUID();
  id.setStructured(halves);
  return id;
}

/** One classic append, message by message. */
export function classicAppend(stream: string, client: InstanceType<typeof streamsGrpc.StreamsClient>) {
  let settle: (error: ServiceError | null, response?: AppendResp) => void = () => undefined;
  const answer = new Promise<AppendResp>((resolve, reject) => {
    settle = (error, response) => {
      if (response) resolve(response);
      else reject(error ?? new Error('an append was not answered'));
    };
  });
  const call = client.append((error, response) => settle(error, response));
  return {
    call,
    answer,
    begin: (expect: (options: AppendReq.Options) => unknown): void => {
      const identifier = new shared.StreamIdentifier();
      identifier.setStreamName(Buffer.from(stream));
      const options = new streams.AppendReq.Options();
      options.setStreamIdentifier(identifier);
      expect(options);
      const request = new streams.AppendReq();
      request.setOptions(options);
      call.write(request);
    },
    propose: (id: ReturnType<typeof uuid>, names: Readonly<Record<string, string>>): void => {
      const message = new streams.AppendReq.ProposedMessage();
      message.setId(id);
      message.setData(Buffer.from('{}').toString('base64'));
      for (const [key, value] of Object.entries(names)) message.getMetadataMap().set(key, value);
      const request = new streams.AppendReq();
      request.setProposedMessage(message);
      call.write(request);
    },
  };
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
