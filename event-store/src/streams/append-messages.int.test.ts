import { randomUUID } from 'node:crypto';
import {
  convertToCommandError,
  MaxAppendSizeExceededError,
  RequiredMetadataPropertyMissingError,
} from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { AppendReq, BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import { status, type ServiceError } from '@grpc/grpc-js';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { describe, expect, it } from 'vitest';
import { collect, idsOf, newStream, oneEvent, someEvents } from '../testing/events.ts';
import {
  batchCall,
  chunk,
  classicAppend,
  rawStreamsClient,
  structuredUuid,
  uuid,
} from '../testing/raw-streams-client.ts';
import { useTestStore } from '../testing/test-store.ts';

const store = useTestStore({ maxAppendBytes: 1_000 });
const names = { type: 'T', 'content-type': 'application/json' };

const rawClient = () => rawStreamsClient(store.server.port);

function fromNow(ms: number): InstanceType<typeof timestamp.Timestamp> {
  return timestamp.Timestamp.fromDate(new Date(Date.now() + ms));
}

const any = (options: AppendReq.Options) => options.setAny(new shared.Empty());

describe('a classic append', () => {
  it.each([
    ['no type', { 'content-type': 'application/json' }],
    ['no content type', { type: 'T' }],
  ])('of an event that has %s is told what it lacks', async (_name, given) => {
    const { call, answer, begin, propose } = classicAppend(newStream(), rawClient());
    begin(any);
    propose(uuid(randomUUID()), given);
    call.end();
    const error = await answer.catch((thrown: unknown) => thrown as ServiceError);
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT });
    const known: unknown = convertToCommandError(error as ServiceError);
    expect(known).toBeInstanceOf(RequiredMetadataPropertyMissingError);
    expect(known).toMatchObject({ requiredMetadataProperties: ['type', 'content-type'] });
  });

  it('takes ids as text and as numbers', async () => {
    const stream = newStream();
    const ids = [randomUUID(), 'ffffffff-ffff-4fff-bfff-ffffffffffff'];
    const { call, answer, begin, propose } = classicAppend(stream, rawClient());
    begin(any);
    ids.forEach((id) => propose(structuredUuid(id), names));
    const last = randomUUID();
    propose(uuid(last), names);
    call.end();
    expect((await answer).getSuccess()?.getCurrentRevision()).toBe('2');
    expect(idsOf(await collect(store.client.readStream(stream)))).toEqual([...ids, last]);
  });

  it('that expected another revision is told so in the fields of old clients too', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(3));
    const { call, answer, begin, propose } = classicAppend(stream, rawClient());
    begin((options) => options.setRevision('7'));
    propose(uuid(randomUUID()), names);
    call.end();
    const wrong = (await answer).getWrongExpectedVersion();
    expect([wrong?.getCurrentRevision(), wrong?.getExpectedRevision()]).toEqual(['2', '7']);
    expect([wrong?.getCurrentRevision2060(), wrong?.getExpectedRevision2060()]).toEqual([2, 7]);

    const missing = classicAppend(newStream(), rawClient());
    missing.begin((options) => options.setStreamExists(new shared.Empty()));
    missing.propose(uuid(randomUUID()), names);
    missing.call.end();
    const absent = (await missing.answer).getWrongExpectedVersion();
    expect([absent?.hasCurrentNoStream(), absent?.hasExpectedStreamExists()]).toEqual([true, true]);
    expect([absent?.hasNoStream2060(), absent?.hasStreamExists2060()]).toEqual([true, true]);
  });

  it('that is cancelled before its end stores nothing', async () => {
    const stream = newStream();
    const client = rawClient();
    const cancelled = classicAppend(stream, client);
    cancelled.begin(any);
    cancelled.propose(uuid(randomUUID()), names);
    // What the server tells of another call on the same connection, it tells after it has got these messages.
    const between = classicAppend(newStream(), client);
    between.begin(any);
    between.call.end();
    await between.answer;
    cancelled.call.cancel();
    await expect(cancelled.answer).rejects.toMatchObject({ code: status.CANCELLED });
    const next = classicAppend(stream, client);
    next.begin(any);
    next.propose(uuid(randomUUID()), names);
    next.call.end();
    expect((await next.answer).getSuccess()?.getCurrentRevision()).toBe('0');
  });
});

describe('a batch append that is not done', () => {
  const event = () => ({ id: randomUUID(), names });

  it.each<[string, number, (request: BatchAppendReq, stream: string) => unknown]>([
    ['WrongExpectedVersion', 6, (request) => request.getOptions()?.setStreamPosition('7')],
    ['StreamDeleted', 5, (_request, stream) => store.client.tombstoneStream(stream)],
    ['AccessDenied', 7, (request) => nameOf(request)?.setStreamName(Buffer.from('$all'))],
    ['Timeout', 4, (request) => request.getOptions()?.setDeadline(fromNow(-1_000))],
    ['MaximumAppendSizeExceeded', 3, (request) => proposed(request)?.setData(new Uint8Array(1_001))],
    ['BadRequest', 3, (request) => proposed(request)?.getMetadataMap().clear()],
  ])('is answered %s, of code %i, with its stream', async (type, code, spoil) => {
    const { call, answers, expectAnswers } = batchCall(store.server.port);
    const stream = newStream();
    const correlationId = randomUUID();
    const request = chunk({ correlationId, stream, events: [event()], isFinal: true });
    await spoil(request, stream);
    call.write(request);
    await expectAnswers(1);
    const [answer] = answers;
    expect(answer?.getCorrelationId()?.getString()).toBe(correlationId);
    expect(streamIn(answer)).toBe(streamIn(request.getOptions()));
    expect(answer?.getError()?.getCode()).toBe(code);
    expect(answer?.getError()?.getDetails()?.getTypeUrl()).toBe(
      `type.googleapis.com/event_store.client.${type}`,
    );
  });

  it('may not write is told so at its first chunk', async () => {
    const { call, expectAnswers, answers } = batchCall(store.server.port);
    call.write(chunk({ correlationId: randomUUID(), stream: '$all', events: [], isFinal: false }));
    await expectAnswers(1);
    expect(answers[0]?.getError()?.getCode()).toBe(status.PERMISSION_DENIED);
  });

  it('is out of time counted from its first chunk, however long its end takes', async () => {
    const { call, answers, expectAnswers } = batchCall(store.server.port);
    const stream = newStream();
    const correlationId = randomUUID();
    const first = chunk({ correlationId, stream, events: [event()], isFinal: false });
    first.getOptions()?.setDeadline(fromNow(50));
    call.write(first);
    await expectAnswers(1);
    expect(answers[0]?.getError()?.getCode()).toBe(status.DEADLINE_EXCEEDED);
    call.write(chunk({ correlationId, events: [event()], isFinal: true }));
    const next = oneEvent();
    await store.client.appendToStream(stream, next);
    call.end();
    expect(idsOf(await collect(store.client.readStream(stream)))).toEqual([next.id]);
  });

  const streamIn = (message?: Pick<BatchAppendReq.Options, 'getStreamIdentifier'>): string =>
    Buffer.from(message?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();
  const nameOf = (request: BatchAppendReq) => request.getOptions()?.getStreamIdentifier();
  const proposed = (request: BatchAppendReq) => request.getProposedMessagesList()[0];
});

it('an append over the limit tells which', async () => {
  const appending = store.client.appendToStream(newStream(), oneEvent({ text: 'x'.repeat(1_000) }));
  await expect(appending).rejects.toBeInstanceOf(MaxAppendSizeExceededError);
  await expect(appending).rejects.toMatchObject({ maxAppendSize: 1_000 });
});
