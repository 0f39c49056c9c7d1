import {
  ANY,
  type AppendExpectedRevision,
  convertToCommandError,
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import messages from '@eventstore/db-client/generated/streams_pb.js';
import type { ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { newStream, oneEvent, someEvents } from '../testing/events.ts';
import { rawCaller } from '../testing/raw-call.ts';
import { useTestStore } from '../testing/test-store.ts';

const store = useTestStore();
/** Credentials make the official client use one classic Append call instead of its batch call. */
const classic = { credentials: { username: 'admin', password: 'changeit' } };

const streams = {
  'was never there': () => Promise.resolve(newStream()),
  'has three events': () => streamOfThree(),
  'has only metadata': async () => {
    const stream = newStream();
    await store.client.setStreamMetadata(stream, { maxCount: 7 });
    return stream;
  },
  'is deleted': async () => {
    const stream = await streamOfThree();
    await store.client.deleteStream(stream);
    return stream;
  },
  'is tombstoned': async () => {
    const stream = await streamOfThree();
    await store.client.tombstoneStream(stream);
    return stream;
  },
} as const;

async function streamOfThree(): Promise<string> {
  const stream = newStream();
  await store.client.appendToStream(stream, someEvents(3));
  return stream;
}

type Outcome = 'done' | 'wrong' | 'deleted';

/** What becomes of an append of something new, of a delete, and of a tombstone. */
const table: [keyof typeof streams, AppendExpectedRevision, Outcome, Outcome, Outcome][] = [
  ['was never there', ANY, 'done', 'wrong', 'done'],
  ['was never there', NO_STREAM, 'done', 'wrong', 'done'],
  ['was never there', STREAM_EXISTS, 'wrong', 'wrong', 'wrong'],
  ['was never there', 2n, 'wrong', 'wrong', 'wrong'],
  ['has three events', ANY, 'done', 'done', 'done'],
  ['has three events', NO_STREAM, 'wrong', 'wrong', 'wrong'],
  ['has three events', STREAM_EXISTS, 'done', 'done', 'done'],
  ['has three events', 2n, 'done', 'done', 'done'],
  ['has three events', 1n, 'wrong', 'wrong', 'wrong'],
  ['has three events', 5n, 'wrong', 'wrong', 'wrong'],
  ['has only metadata', ANY, 'done', 'done', 'done'],
  ['has only metadata', NO_STREAM, 'done', 'done', 'done'],
  ['has only metadata', STREAM_EXISTS, 'done', 'done', 'done'],
  ['has only metadata', 2n, 'wrong', 'wrong', 'wrong'],
  ['is deleted', ANY, 'done', 'done', 'done'],
  ['is deleted', NO_STREAM, 'done', 'done', 'done'],
  ['is deleted', STREAM_EXISTS, 'deleted', 'deleted', 'deleted'],
  ['is deleted', 2n, 'done', 'done', 'done'],
  ['is deleted', 1n, 'wrong', 'wrong', 'wrong'],
  ['is deleted', 5n, 'wrong', 'wrong', 'wrong'],
  ['is tombstoned', ANY, 'deleted', 'deleted', 'deleted'],
  ['is tombstoned', NO_STREAM, 'deleted', 'deleted', 'deleted'],
  ['is tombstoned', STREAM_EXISTS, 'deleted', 'deleted', 'deleted'],
  ['is tombstoned', 2n, 'deleted', 'deleted', 'deleted'],
];

/** Delete and Tombstone tell an expectation by the protocol's number. */
const numbered = { any: -2n, no_stream: -1n, stream_exists: -4n };

describe('a stream that', () => {
  it.each(table)(
    '%s, expecting %s: an append is %s, a delete %s, a tombstone %s',
    async (state, expectedRevision, appended, deleted, tombstoned) => {
      const isThere = state !== 'was never there' && state !== 'has only metadata';
      const actualVersion = isThere ? 2n : 'no_stream';
      const number = typeof expectedRevision === 'bigint' ? expectedRevision : numbered[expectedRevision];
      for (const call of [{}, classic]) {
        const stream = await streams[state]();
        const appending = store.client.appendToStream(stream, oneEvent(), { expectedRevision, ...call });
        const expectedVersion = expectedRevision;
        await expectOutcome(appending, appended, { streamName: stream, expectedVersion, actualVersion });
        if (appended === 'done') {
          expect(await appending).toMatchObject({ nextExpectedRevision: isThere ? 3n : 0n });
        }
      }
      for (const [outcome, remove] of [
        [deleted, deleteStream],
        [tombstoned, tombstoneStream],
      ] as const) {
        const stream = await streams[state]();
        const removing = remove(stream, expectedRevision);
        const wrong = { streamName: stream, expectedVersion: number, actualVersion };
        await expectOutcome(removing, outcome, wrong);
      }
    },
  );
});

async function deleteStream(stream: string, expectedRevision: AppendExpectedRevision): Promise<void> {
  if (expectedRevision !== STREAM_EXISTS) {
    const { position } = await store.client.deleteStream(stream, { expectedRevision });
    expect(position?.commit).toBeGreaterThan(0n);
    return;
  }
  const request = new messages.DeleteReq();
  request.setOptions(existing(stream, new messages.DeleteReq.Options()));
  await call('Delete', request);
}

async function tombstoneStream(stream: string, expectedRevision: AppendExpectedRevision): Promise<void> {
  if (expectedRevision !== STREAM_EXISTS) {
    const { position } = await store.client.tombstoneStream(stream, { expectedRevision });
    expect(position?.commit).toBeGreaterThan(0n);
    return;
  }
  const request = new messages.TombstoneReq();
  request.setOptions(existing(stream, new messages.TombstoneReq.Options()));
  await call('Tombstone', request);
}

type RemoveOptions = InstanceType<typeof messages.DeleteReq.Options | typeof messages.TombstoneReq.Options>;

/** That the stream exists is something that the official client can expect of an append alone. */
function existing<Options extends RemoveOptions>(stream: string, options: Options): Options {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  options.setStreamIdentifier(identifier);
  options.setStreamExists(new shared.Empty());
  return options;
}

async function call(method: string, request: { serializeBinary(): Uint8Array }): Promise<void> {
  await rawCaller(store.server)
    .unary(`/event_store.client.streams.Streams/${method}`, request, (bytes) => bytes)
    .catch((error: unknown) => {
      throw convertToCommandError(error as ServiceError);
    });
}

async function expectOutcome(call: Promise<unknown>, outcome: Outcome, wrong: object): Promise<void> {
  if (outcome === 'done') {
    await call;
    return;
  }
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(outcome === 'deleted' ? StreamDeletedError : WrongExpectedVersionError);
  if (outcome === 'wrong') expect(error).toMatchObject(wrong);
}
