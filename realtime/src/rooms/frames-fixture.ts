import type { DurableFrame, RoomRole } from '@verbatim/shared';

export const organizationId = '01890000-0000-7000-8000-0000000000aa';
export const roomId = '01890000-0000-7000-8000-000000000001';

const durable = (seq: number) => ({
  roomId,
  seq,
  position: `${seq * 100}`,
  at: new Date(1_700_000_000_000 + seq).toISOString(),
});

export const messageFrame = (seq: number, text = `text ${seq}`): DurableFrame => ({
  ...durable(seq),
  type: 'message',
  message: {
    id: `m${seq}`,
    roomId,
    seq,
    author: { id: 'author', displayName: 'Author' },
    kind: 'text',
    content: 'present',
    text,
    createdAt: durable(seq).at,
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
export const deletedFrame = (seq: number, messageId: string): DurableFrame => ({
  ...durable(seq),
  type: 'message_deleted',
  messageId,
  by: 'author',
});
export const joinedFrame = (seq: number, userId: string, role: RoomRole = 'member'): DurableFrame => ({
  ...durable(seq),
  type: 'participant_joined',
  user: { id: userId, displayName: userId },
  role,
  by: userId,
});
export const leftFrame = (seq: number, userId: string): DurableFrame => ({
  ...durable(seq),
  type: 'participant_left',
  userId,
  by: 'admin',
});
export const visibilityFrame = (seq: number, visibility: 'public' | 'private'): DurableFrame => ({
  ...durable(seq),
  type: 'room_changed',
  name: 'room',
  description: '',
  topic: '',
  visibility,
  archived: false,
  settings: { posting: 'everyone' },
  by: 'admin',
});
