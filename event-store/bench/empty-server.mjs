// A server that keeps nothing: the least that the official client needs to append and read. What the client does with it is
// the most that it can do with any server on this machine.
import { createRequire } from 'node:module';
import grpc from '@grpc/grpc-js';

const require = createRequire(import.meta.url);
const { StreamsService } = require('@eventstore/db-client/generated/streams_grpc_pb.js');
const { ServerFeaturesService } = require('@eventstore/db-client/generated/serverfeatures_grpc_pb.js');
const features = require('@eventstore/db-client/generated/serverfeatures_pb.js');
const streams = require('@eventstore/db-client/generated/streams_pb.js');
const shared = require('@eventstore/db-client/generated/shared_pb.js');

const DATA_BYTES = 1_000;

/** One answer to every read of an event, encoded once. */
const encodedEvent = encodeEvent();

const server = new grpc.Server({
  'grpc.max_receive_message_length': 17 * 1024 * 1024,
  'grpc.enable_channelz': 0,
});
const read = { ...StreamsService.read, responseSerialize: (bytes) => bytes };
server.addService(
  { read, batchAppend: StreamsService.batchAppend },
  { read: serveRead, batchAppend: serveBatchAppends },
);
server.addService(ServerFeaturesService, { getSupportedMethods });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`ready on esdb://127.0.0.1:${port}?tls=false\n`);
});
process.once('SIGTERM', () => process.exit(0));

function getSupportedMethods(_call, respond) {
  const method = new features.SupportedMethod();
  method.setServiceName('event_store.client.streams.streams');
  method.setMethodName('batchappend');
  const response = new features.SupportedMethods();
  response.setMethodsList([method]);
  response.setEventStoreServerVersion('24.10.0');
  respond(null, response);
}

function serveBatchAppends(call) {
  call.on('data', (request) => {
    if (!request.getIsFinal()) return;
    const position = new shared.AllStreamPosition();
    position.setCommitPosition('1');
    position.setPreparePosition('1');
    const success = new streams.BatchAppendResp.Success();
    success.setCurrentRevision('0');
    success.setPosition(position);
    const response = new streams.BatchAppendResp();
    response.setCorrelationId(request.getCorrelationId());
    response.setSuccess(success);
    call.write(response);
  });
  call.on('end', () => call.end());
}

async function serveRead(call) {
  const count = Number(call.request.getOptions().getCount());
  for (let sent = 0; sent < count && !call.cancelled; sent++) {
    if (!call.write(encodedEvent)) await new Promise((resolve) => call.once('drain', resolve));
  }
  call.end();
}

function encodeEvent() {
  const id = new shared.UUID();
  id.setString('8f8c2f2e-27b0-4f0e-8f2b-6c7e8c9d0a1b');
  const stream = new shared.StreamIdentifier();
  stream.setStreamName(Buffer.from('stream-1'));
  const event = new streams.ReadResp.ReadEvent.RecordedEvent();
  event.setId(id);
  event.setStreamIdentifier(stream);
  event.setStreamRevision('0');
  event.setPreparePosition('1');
  event.setCommitPosition('1');
  event.getMetadataMap().set('type', 'Measured').set('created', '0').set('content-type', 'application/json');
  event.setData(Buffer.from(JSON.stringify({ text: 'x'.repeat(DATA_BYTES) })).toString('base64'));
  const readEvent = new streams.ReadResp.ReadEvent();
  readEvent.setEvent(event);
  readEvent.setCommitPosition('1');
  const response = new streams.ReadResp();
  response.setEvent(readEvent);
  return Buffer.from(response.serializeBinary());
}
