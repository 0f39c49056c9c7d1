import type { DurableFrame } from '../frames/server-frames.ts';
import type { MessageView } from '../http/messages.ts';
import type { RoomView } from '../http/rooms.ts';

export const roomId = '01890000-0000-7000-8000-000000000001';
const at = (seq: number): string => new Date(1_700_000_000_000 + seq * 1_000).toISOString();
const durable = (seq: number) => ({ roomId, seq, position: `${seq * 10}`, at: at(seq) });

export const sentFrame = (
  seq: number,
  id: string,
  authorId: string,
  message: Partial<MessageView> = {},
): DurableFrame => ({
  ...durable(seq),
  type: 'message',
  message: {
    id,
    roomId,
    seq,
    author: { id: authorId, displayName: authorId },
    kind: 'text',
    content: 'present',
    text: `text of ${id}`,
    createdAt: at(seq),
    editedAt: null,
    deletedAt: null,
    replyTo: null,
    threadOf: null,
    replyCount: 0,
    reactions: [],
    mentions: [],
    pinned: false,
    ...message,
  },
});
export const editedFrame = (seq: number, messageId: string, text: string): DurableFrame => ({
  ...durable(seq),
  type: 'message_edited',
  messageId,
  content: 'present',
  text,
  mentions: [],
  by: 'u1',
});
export const deletedFrame = (seq: number, messageId: string): DurableFrame => ({
  ...durable(seq),
  type: 'message_deleted',
  messageId,
  by: 'u1',
});
export const reactionFrame = (
  seq: number,
  type: 'reaction_added' | 'reaction_removed',
  messageId: string,
  userId: string,
  emoji: string,
): DurableFrame => ({ ...durable(seq), type, messageId, userId, emoji });
export const pinFrame = (seq: number, type: 'pinned' | 'unpinned', messageId: string): DurableFrame => ({
  ...durable(seq),
  type,
  messageId,
  by: 'u1',
});
export const joinedFrame = (seq: number, userId: string): DurableFrame => ({
  ...durable(seq),
  type: 'participant_joined',
  user: { id: userId, displayName: userId },
  role: 'member',
  by: userId,
});
export const leftFrame = (seq: number, userId: string): DurableFrame => ({
  ...durable(seq),
  type: 'participant_left',
  userId,
  by: userId,
});
export const changedFrame = (seq: number, topic: string): DurableFrame => ({
  ...durable(seq),
  type: 'room_changed',
  name: 'room',
  description: '',
  topic,
  visibility: 'public',
  archived: false,
  settings: { posting: 'everyone' },
  by: 'u1',
});

export const emptyRoom: RoomView = {
  id: roomId,
  kind: 'channel',
  visibility: 'public',
  name: 'room',
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
  notifications: 'all',
  epoch: 0,
  description: '',
  settings: { posting: 'everyone' },
  participantCount: 0,
  imported: false,
  createdAt: at(0),
};
