import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  checkpointKeyFromSeed,
  EventStoreFault,
  originOf,
  signCheckpoint,
  streamPrefixes,
  type EventStore,
} from '@verbatim/shared';
import { emptyRoot } from '@verbatim/shared/record-hash';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keepNotes, messagesPerVisit, RecordedLog } from './recorded-log-fixture.ts';
import { verifyStores, type VerifiedStores } from './verify-stores.ts';

let recorded: RecordedLog;
beforeAll(async () => {
  recorded = await RecordedLog.make();
});
afterAll(() => recorded.remove());

describe('a note that was signed about the stores', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-kept-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const flipped = (note: string, index: number): string => {
    const bytes = Buffer.from(note);
    bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
    return bytes.toString();
  };
  const anyByte = (note: string) => fc.nat({ max: Buffer.byteLength(note) - 1 });
  const verifyLog = (changed: Partial<VerifiedStores>) =>
    verifyStores({
      eventStore: recorded.eventStore,
      database: undefined,
      verifierKey: recorded.key.verifierKey,
      anchorDirectory: directory,
      ...changed,
    });

  it('does not go unheard when a byte of its anchor was flipped and the log rolled back under it', async () => {
    const { size, note } = await recorded.noteOver(recorded.other);
    const rolledBack = recorded.rewritten(recorded.events.slice(0, -messagesPerVisit - 10));
    await fc.assert(
      fc.asyncProperty(anyByte(note), async (index) => {
        await keepNotes(directory, recorded.other, { [size]: flipped(note, index) });
        const { faults, notesOfOtherKeys, anchorsHeld } = await verifyLog({ eventStore: rolledBack });
        // Who is said to have signed it may be another now; it is counted, and nothing is held.
        expect([faults.length + notesOfOtherKeys, anchorsHeld]).toEqual([1, 0]);
        const isBody = index < Buffer.byteLength(note.slice(0, note.indexOf('\n\n')));
        if (isBody) expect(faults[0]?.what).toContain('is not as verbatim.test signed it');
      }),
      { numRuns: 60 },
    );
  });

  it('is named by the position of the event when it was changed where it was published', async () => {
    const published = recorded.events.findIndex(({ type }) => type === 'CheckpointPublished');
    const { note } = z.object({ note: z.string() }).parse(recorded.at(published).data);
    await fc.assert(
      fc.asyncProperty(anyByte(note), async (index) => {
        const data = { note: flipped(note, index), treeSize: 41 };
        const eventStore = recorded.rewritten(
          recorded.events.with(published, { ...recorded.at(published), data }),
        );
        const { faults, notesOfOtherKeys } = await verifyLog({ eventStore });
        expect(faults.length + notesOfOtherKeys).toBe(1);
        if (faults[0] !== undefined)
          expect(faults[0].position).toBe(recorded.at(published).position.toString());
      }),
      { numRuns: 60 },
    );
  });

  it('is counted and not held when another key signed it', async () => {
    const { verifierKey } = checkpointKeyFromSeed('verbatim.test', randomBytes(32));
    const { faults, notesHeld, notesOfOtherKeys } = await verifyLog({
      anchorDirectory: recorded.anchorDirectory,
      verifierKey,
    });
    expect([faults, notesHeld, notesOfOtherKeys]).toEqual([[], 0, 2]);
  });

  it('over no events at all stands in the way of no other', async () => {
    const { size, note } = await recorded.noteOver(recorded.other);
    const nothing = (root: Uint8Array) =>
      signCheckpoint({ origin: originOf(recorded.key, recorded.other), size: 0, root }, recorded.key);
    await keepNotes(directory, recorded.other, { 0: nothing(emptyRoot), [size]: note });
    expect(await verifyLog({})).toMatchObject({ faults: [], anchorsHeld: 1 });
    await keepNotes(directory, recorded.other, { 0: nothing(Buffer.alloc(32)) });
    expect((await verifyLog({})).faults).toMatchObject([
      { what: expect.stringContaining('no events') as unknown },
    ]);
  });

  it('that cannot be read from the log is a fault', async () => {
    const cut: EventStore = {
      ...recorded.eventStore,
      readAll: async function* (options) {
        if (options?.streamPrefixes?.length !== streamPrefixes.length)
          throw new EventStoreFault('the event store is damaged', { isRetryable: false });
        yield* recorded.eventStore.readAll(options);
      },
    };
    expect((await verifyLog({ eventStore: cut })).faults).toMatchObject([
      { what: expect.stringContaining('cannot be read on: the event store is damaged') as unknown },
    ]);
  });

  it('just now, while the log is being read, is held like any other', async () => {
    const busy: EventStore = {
      ...recorded.eventStore,
      readAll: async function* (options) {
        if (options?.streamPrefixes?.length !== streamPrefixes.length) {
          await recorded.happen(recorded.one);
          await recorded.publish(recorded.one);
        }
        yield* recorded.eventStore.readAll(options);
      },
    };
    expect(await verifyLog({ eventStore: busy })).toMatchObject({ faults: [], notesHeld: 2 });
  });
});
