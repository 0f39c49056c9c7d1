import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DurableFrame } from '../frames/server-frames.ts';
import type { MessagePageView } from '../http/messages.ts';
import {
  changedFrame,
  deletedFrame,
  editedFrame,
  emptyRoom,
  joinedFrame,
  leftFrame,
  pinFrame,
  reactionFrame,
  sentFrame,
} from './frames-fixture.ts';
import { applyFrame, insertPage, openReplica, type RoomReplica } from './room-replica.ts';

const emptyPage: MessagePageView = { items: [], nextCursor: null, asOf: 0 };
const empty = openReplica({ room: emptyRoom, participants: [], page: emptyPage });
const after = (frames: readonly DurableFrame[], start: RoomReplica = empty): RoomReplica =>
  frames.reduce(applyFrame, start);

/** What people see; how recently each message was touched, and by which frames, they do not. */
const seen = ({ details, participants, window, seq }: RoomReplica) => ({
  seq,
  details,
  participants: [...participants],
  messages: window.messages.map(({ view }) => view),
});

/** The newest `limit` messages before a seq, as the query API would give them after so many frames. */
function pageAt(frames: readonly DurableFrame[], asOf: number, beforeSeq: number, limit: number) {
  const older = seen(after(frames.slice(0, asOf))).messages.filter(({ seq }) => seq < beforeSeq);
  return { items: older.slice(-limit), nextCursor: older.length > limit ? 'more' : null, asOf };
}

function fetchedAt(frames: readonly DurableFrame[], roomAsOf: number, laterAsOf: number, limit: number) {
  const atRoom = seen(after(frames.slice(0, roomAsOf)));
  const room = { ...emptyRoom, ...atRoom.details, lastSeq: roomAsOf };
  const participants = [...after(frames.slice(0, laterAsOf)).participants.values()];
  return openReplica({ room, participants, page: pageAt(frames, laterAsOf, Infinity, limit) });
}

/** Histories in which every frame is one that could be sent. */
const history = fc
  .array(fc.tuple(fc.nat(9), fc.nat(), fc.nat(2)), { minLength: 1, maxLength: 60 })
  .map((choices) => {
    const sent: string[] = [];
    return choices.map(([choice, pick, who], index): DurableFrame => {
      const seq = index + 1;
      const target = sent[pick % Math.max(1, sent.length)];
      if (target === undefined || choice <= 3) {
        const id = `m${seq}`;
        sent.push(id);
        const threadOf = target !== undefined && choice === 3 ? target : null;
        return sentFrame(seq, id, `u${who}`, { threadOf });
      }
      if (choice === 4) return editedFrame(seq, target, `edit ${seq}`);
      if (choice === 5) return pick % 5 === 0 ? deletedFrame(seq, target) : pinFrame(seq, 'pinned', target);
      if (choice === 6) return pinFrame(seq, 'unpinned', target);
      if (choice === 7)
        return reactionFrame(seq, 'reaction_added', target, `u${who}`, pick % 2 ? '👍' : '🎉');
      if (choice === 8)
        return reactionFrame(seq, 'reaction_removed', target, `u${who}`, pick % 2 ? '👍' : '🎉');
      if (pick % 3 === 0) return changedFrame(seq, `topic ${seq}`);
      return pick % 3 === 1 ? joinedFrame(seq, `u${who}`) : leftFrame(seq, `u${who}`);
    });
  });

describe('a replica', () => {
  test('that was fetched at any moment and got the frames since equals one fetched now', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(), (frames, one, other) => {
        const [roomAsOf, laterAsOf] = [one % (frames.length + 1), other % (frames.length + 1)].sort(
          (a, b) => a - b,
        ) as [number, number];
        const stale = fetchedAt(frames, roomAsOf, laterAsOf, 1_000);
        expect(seen(after(frames.slice(roomAsOf), stale))).toEqual(seen(after(frames)));
      }),
    );
  });

  test('takes pages read before, at and after its own seq, and ends the same', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 5 }), (frames, one, two, limit) => {
        const shownAt = one % (frames.length + 1);
        const readAt = two % (frames.length + 1);
        // Everything that came since the replica was opened is among its recent frames.
        const opened = fetchedAt(frames, 0, 0, limit);
        const shown = { ...after(frames.slice(0, shownAt), opened) };
        const newest: RoomReplica = {
          ...shown,
          window: { ...shown.window, messages: shown.window.messages.slice(-limit), reachesStart: false },
        };
        const oldest = newest.window.messages[0]?.view.seq ?? 0;
        if (oldest === 0) return;
        const inserted = insertPage(newest, pageAt(frames, readAt, oldest, 1_000), 'before');
        expect(inserted === undefined).toBe(readAt < oldest);
        if (inserted === undefined) return;
        expect(seen(after(frames.slice(shownAt), inserted))).toEqual(seen(after(frames)));
        expect(inserted.window.reachesStart).toBe(true);
      }),
    );
  });

  test('ignores a frame that is in, and refuses one after a hole', () => {
    const first = sentFrame(1, 'm1', 'u1');
    const replica = after([first]);
    expect(applyFrame(replica, first)).toBe(replica);
    expect(() => applyFrame(replica, sentFrame(3, 'm3', 'u1'))).toThrow(RangeError);
  });

  test('says when a page is too old to be brought up to date', () => {
    const opened = openReplica({
      room: { ...emptyRoom, lastSeq: 5 },
      participants: [],
      page: { ...emptyPage, asOf: 5 },
    });
    expect(insertPage(opened, { ...emptyPage, asOf: 4 }, 'before')).toBeUndefined();
  });

  test('does not add new messages to a window that ends before the newest', () => {
    const replica = after([sentFrame(1, 'm1', 'u1'), sentFrame(2, 'm2', 'u1')]);
    const page: MessagePageView = { ...pageAt([sentFrame(1, 'm1', 'u1')], 1, Infinity, 1), asOf: 2 };
    const jumped = insertPage(replica, page, 'instead', { start: true, end: false });
    const later = jumped && applyFrame(jumped, sentFrame(3, 'm3', 'u1'));
    expect(later?.window.messages.map(({ view }) => view.id)).toEqual(['m1']);
    expect(later?.window.reachesEnd).toBe(false);
  });
});
