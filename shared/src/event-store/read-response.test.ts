import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStoreFault } from './faults.ts';
import { decodeReadResponse } from './read-response.ts';

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const stored = fc.record({
  id: fc.uuid(),
  stream: fc.string({ minLength: 1, unit: 'grapheme' }),
  revision: uint64,
  position: uint64,
  type: fc.string({ minLength: 1, unit: 'grapheme' }),
  data: fc.json(),
  metadata: fc.json(),
  created: fc.date({
    min: new Date('1970-01-01T00:00:01Z'),
    max: new Date('9999-01-01'),
    noInvalidDate: true,
  }),
  belowMs: fc.integer({ min: 0, max: 9_999 }),
});
type Stored = Parameters<typeof stored.shrink>[0];

interface As {
  readonly contentType?: string;
  readonly data?: Uint8Array;
  readonly metadata?: Uint8Array;
}

/** As the client's generated classes write it. */
function written(event: Stored, as: As = {}): streams.ReadResp {
  const id = new shared.UUID();
  id.setString(event.id);
  const stream = new shared.StreamIdentifier();
  stream.setStreamName(Buffer.from(event.stream));
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(id);
  recorded.setStreamIdentifier(stream);
  recorded.setStreamRevision(event.revision.toString());
  recorded.setCommitPosition(event.position.toString());
  recorded.setPreparePosition(event.position.toString());
  recorded.getMetadataMap().set('type', event.type);
  recorded.getMetadataMap().set('content-type', as.contentType ?? 'application/json');
  recorded
    .getMetadataMap()
    .set('created', (BigInt(event.created.getTime()) * 10_000n + BigInt(event.belowMs)).toString());
  recorded.setData(as.data ?? Buffer.from(event.data));
  recorded.setCustomMetadata(as.metadata ?? Buffer.from(event.metadata));
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(event.position.toString());
  const response = new streams.ReadResp();
  response.setEvent(read);
  return response;
}

const decoded = (response: streams.ReadResp) => decodeReadResponse(Buffer.from(response.serializeBinary()));
const example: Stored = {
  id: '00000000-0000-4000-8000-000000000001',
  stream: 'room-1',
  revision: 0n,
  position: 0n,
  type: 'Happened',
  data: '{}',
  metadata: '{}',
  created: new Date('2026-11-30T12:00:00.123Z'),
  belowMs: 0,
};

describe('an answer to a read', () => {
  it('is what the store wrote, to the last digit', () => {
    fc.assert(
      fc.property(stored, (event) => {
        const response = written(event);
        expect(decoded(response)).toEqual({
          kind: 'event',
          bytes: response.serializeBinary().length,
          event: {
            id: event.id,
            stream: event.stream,
            revision: event.revision,
            position: event.position,
            type: event.type,
            data: JSON.parse(event.data) as unknown,
            metadata: JSON.parse(event.metadata) as unknown,
            created: event.created,
          },
        });
      }),
    );
  });

  it('keeps bytes that are no JSON as they are', () => {
    const data = Uint8Array.of(0, 1, 255);
    const binary = written(example, { contentType: 'application/octet-stream', data, metadata: data });
    expect(decoded(binary)).toMatchObject({ event: { data, metadata: data } });
    const broken = written(example, { data: Buffer.from('{"a":'), metadata: new Uint8Array() });
    expect(decoded(broken)).toMatchObject({ event: { data: '{"a":', metadata: undefined } });
  });

  it('tells of checkpoints, the live edge and streams that are not there', () => {
    const checkpoint = new streams.ReadResp.Checkpoint();
    checkpoint.setCommitPosition('18446744073709551615');
    const at = new streams.ReadResp();
    at.setCheckpoint(checkpoint);
    expect(decoded(at)).toEqual({ kind: 'checkpoint', position: 2n ** 64n - 1n });
    const edge = new streams.ReadResp();
    edge.setCaughtUp(new streams.ReadResp.CaughtUp());
    expect(decoded(edge)).toEqual({ kind: 'caught-up' });
    const identifier = new shared.StreamIdentifier();
    identifier.setStreamName(Buffer.from('room-1'));
    const notFound = new streams.ReadResp.StreamNotFound();
    notFound.setStreamIdentifier(identifier);
    const missing = new streams.ReadResp();
    missing.setStreamNotFound(notFound);
    expect(decoded(missing)).toEqual({ kind: 'stream-not-found' });
  });

  it('passes over what newer servers may add', () => {
    const unknownFields = Buffer.of(
      0xa0,
      0x06,
      0x96,
      0x01,
      0xa9,
      0x06,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      0xad,
      0x06,
      1,
      2,
      3,
      4,
    );
    expect(decodeReadResponse(unknownFields)).toEqual({ kind: 'other' });
    const event = Buffer.concat([Buffer.from(written(example).serializeBinary()), unknownFields]);
    expect(decodeReadResponse(event)).toMatchObject({ kind: 'event', event: { stream: 'room-1' } });
    const link = new streams.ReadResp();
    link.setEvent(new streams.ReadResp.ReadEvent());
    expect(decoded(link)).toEqual({ kind: 'other' });
  });

  it('is refused when it is cut off or something else', () => {
    const whole = Buffer.from(written(example).serializeBinary());
    for (let end = 1; end < whole.length; end += 1)
      expect(() => decodeReadResponse(whole.subarray(0, end))).toThrow(EventStoreFault);
    expect(() => decodeReadResponse(Buffer.alloc(11, 0xff))).toThrow(EventStoreFault);
    expect(() => decodeReadResponse(Buffer.of(0x13))).toThrow('wire type 3');
  });
});
