import { randomUUID } from 'node:crypto';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import messages, { type ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { collect, newStream, oneEvent } from '../testing/events.ts';
import { rawCaller } from '../testing/raw-call.ts';
import { useTestStore } from '../testing/test-store.ts';

const store = useTestStore();
type Options = InstanceType<typeof messages.ReadReq.Options>;

async function read(prepare: (options: Options) => void): Promise<ReadResp[]> {
  const ids = new messages.ReadReq.Options.UUIDOption();
  ids.setString(new shared.Empty());
  const options = new messages.ReadReq.Options();
  options.setUuidOption(ids);
  options.setCount('100');
  prepare(options);
  const request = new messages.ReadReq();
  request.setOptions(options);
  const path = '/event_store.client.streams.Streams/Read';
  return collect(
    rawCaller(store.server).stream(path, request, (bytes) => messages.ReadResp.deserializeBinary(bytes)),
  );
}

function ofStream(name: string) {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(name));
  const stream = new messages.ReadReq.Options.StreamOptions();
  stream.setStreamIdentifier(identifier);
  stream.setStart(new shared.Empty());
  return stream;
}

function ofAll() {
  const all = new messages.ReadReq.Options.AllOptions();
  all.setStart(new shared.Empty());
  return all;
}

describe('a read', () => {
  it('must say how it wants ids', async () => {
    const reading = read((options) => options.setStream(ofStream(newStream())).clearUuidOption());
    await expect(reading).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  it('gets ids as numbers if it wants them so', async () => {
    const stream = newStream();
    const event = { ...oneEvent(), id: `ffff0000${randomUUID().slice(8)}` };
    await store.client.appendToStream(stream, event);
    const [answer] = await read((options) => {
      options.setStream(ofStream(stream));
      options.getUuidOption()?.setStructured(new shared.Empty());
    });
    const id = answer?.getEvent()?.getEvent()?.getId()?.getStructured();
    const hex = [id?.getMostSignificantBits(), id?.getLeastSignificantBits()].map((half) =>
      BigInt.asUintN(64, BigInt(half ?? 0))
        .toString(16)
        .padStart(16, '0'),
    );
    expect(hex.join('')).toBe(event.id.replaceAll('-', ''));
  });

  it('of a stream that is not there is answered so, and is no error', async () => {
    const stream = newStream();
    const [answer, ...more] = await read((options) => options.setStream(ofStream(stream)));
    const name = answer?.getStreamNotFound()?.getStreamIdentifier()?.getStreamName_asU8() ?? [];
    expect([Buffer.from(name).toString(), more.length]).toEqual([stream, 0]);
  });

  it('of all may be filtered; an expression counts more than prefixes', async () => {
    const type = newStream('type');
    for (const letter of ['a', 'b', 'c']) {
      await store.client.appendToStream(newStream(), [oneEvent({}, `${type}-${letter}`), oneEvent()]);
    }
    const expression = new messages.ReadReq.Options.FilterOptions.Expression();
    expression.setRegex(`^${type}-[bc]$`);
    expression.setPrefixList([`${type}-a`]);
    const filter = new messages.ReadReq.Options.FilterOptions();
    filter.setEventType(expression);
    filter.setCount(new shared.Empty());
    const answers = await read((options) => options.setAll(ofAll()).setFilter(filter));
    const types = answers.map((answer) => answer.getEvent()?.getEvent()?.getMetadataMap().get('type'));
    expect(types).toEqual([`${type}-b`, `${type}-c`]);
  });
});
