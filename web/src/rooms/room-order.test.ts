import type { RoomSummaryView } from '@verbatim/shared/browser';
import { describe, expect, it } from 'vitest';
import { roomOrder, roomSections } from './room-order.ts';

const names = { nameOf: (id: string) => id.toUpperCase() };
const room = (id: string, more: Partial<RoomSummaryView> = {}): RoomSummaryView => ({
  id,
  kind: 'channel',
  visibility: 'public',
  name: id,
  topic: '',
  role: 'member',
  participantIds: [],
  lastSeq: 0,
  readSeq: 0,
  unread: 0,
  mentions: 0,
  lastMessage: null,
  archived: false,
  favourite: false,
  notifications: 'mentions',
  epoch: 0,
  ...more,
});
const direct = (id: string, createdAt: string): RoomSummaryView =>
  room(id, {
    kind: 'direct',
    name: null,
    participantIds: ['me', id],
    lastMessage: {
      id: `last-${id}`,
      roomId: id,
      seq: 1,
      author: { id, displayName: id },
      kind: 'text',
      content: 'present',
      text: 'hello',
      createdAt,
      editedAt: null,
      deletedAt: null,
      replyTo: null,
      threadOf: null,
      replyCount: 0,
      reactions: [],
      mentions: [],
      pinned: false,
    },
  });

describe('the rooms of the sidebar', () => {
  const rooms = [
    direct('bob', '2026-01-01T00:00:00Z'),
    room('zebra'),
    direct('ada', '2026-02-01T00:00:00Z'),
    room('apple'),
    room('star', { favourite: true }),
  ];
  it('stand in sections, channels by name, people by who spoke last', () =>
    expect(roomSections(rooms, names, 'me').map((section) => section.rooms.map(({ id }) => id))).toEqual([
      ['star'],
      ['apple', 'zebra'],
      ['ada', 'bob'],
    ]));
  it('are walked through from top to bottom', () =>
    expect(roomOrder(rooms, names, 'me').map(({ id }) => id)).toEqual([
      'star',
      'apple',
      'zebra',
      'ada',
      'bob',
    ]));
});
