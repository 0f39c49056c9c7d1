import type { AuditEntryView } from '@verbatim/shared/browser';
import { describe, expect, it } from 'vitest';
import { afterChange, startOf, type PastRoom } from './past-room.ts';

const entry = (type: string, data: Record<string, unknown>): AuditEntryView => ({
  position: '1',
  eventId: `event-${type}`,
  type,
  action: type,
  at: '2026-11-22T10:00:00Z',
  actor: { type: 'user', id: 'ada', displayName: 'Ada', email: null },
  organization: 'org',
  room: 'room',
  entity: { type: 'message', id: 'm1' },
  context: { ip: null, userAgent: null, sessionId: null },
  correlationId: null,
  causationId: null,
  content: 'present',
  data,
  leafIndex: 0,
  leafHash: '',
  stored: { stream: '', revision: 0, eventId: '', type, created: '', dataSha256: '', metadataSha256: '' },
});
const run = (...entries: AuditEntryView[]): PastRoom => entries.reduce(afterChange, startOf(null));
const nobody = { userIds: [], room: false };
const message = { messageId: 'm1', authorId: 'ada', text: 'pay 100', mentions: nobody, threadOf: null };
const sent = entry('MessageSent', message);
const first = (room: PastRoom) => {
  const row = room.rows[0];
  return row?.kind === 'message' ? row.message : undefined;
};

describe('a room on the way through its changes', () => {
  it('shows what was sent, as it was last edited', () => {
    expect(first(run(sent))).toMatchObject({ text: 'pay 100', edits: 0 });
    const edited = entry('MessageEdited', { messageId: 'm1', text: 'pay 1000', mentions: nobody });
    expect(first(run(sent, edited))).toMatchObject({ text: 'pay 1000', edits: 1 });
  });
  it('tells whom a message calls as it was last edited, and what was said in a thread', () => {
    const reply = entry('MessageSent', {
      ...message,
      threadOf: 'm0',
      mentions: { userIds: ['grace'], room: true },
    });
    expect(first(run(reply))).toMatchObject({ mentions: ['grace', 'room'], isReply: true });
    const edited = entry('MessageEdited', { messageId: 'm1', text: 'pay', mentions: nobody });
    expect(first(run(sent, edited))).toMatchObject({ mentions: [], isReply: false });
  });
  it('keeps the words of what was deleted', () =>
    expect(first(run(sent, entry('MessageDeleted', { messageId: 'm1' })))).toMatchObject({
      text: 'pay 100',
      isDeleted: true,
    }));
  it('counts reactions up and down', () => {
    const added = entry('ReactionAdded', { messageId: 'm1', emoji: '👍', userId: 'ada' });
    const removed = entry('ReactionRemoved', { messageId: 'm1', emoji: '👍', userId: 'ada' });
    expect(first(run(sent, added, added))?.reactions.get('👍')).toBe(2);
    expect(first(run(sent, added, removed))?.reactions.size).toBe(0);
  });
  it('notes who came, went and changed the room', () =>
    expect(
      run(
        entry('RoomCreated', { roomId: 'room' }),
        entry('ParticipantJoined', { userId: 'grace', role: 'member' }),
        entry('RoomRead', { userId: 'grace', seq: 4 }),
      ).rows,
    ).toMatchObject([
      { kind: 'note', userId: 'ada', does: 'created the room' },
      { kind: 'note', userId: 'grace', does: 'joined' },
    ]));
  it('does not mind what it does not know', () =>
    expect(run(entry('MessageSent', { odd: true })).rows).toEqual([]));
});
