import { hasFrame, type ChatEvent } from '../chat/chat-event.ts';
import type { LogItem } from '../group/log-item.ts';

interface Inbox {
  readonly roomId: string;
  readonly userId: string;
  readSeq: number;
  notifications: string;
  favourite: boolean;
}

interface Message {
  readonly roomId: string;
  readonly seq: number;
  readonly authorId: string;
  deleted: boolean;
  mentions: { readonly userIds: readonly string[]; readonly room: boolean };
}

/** The plainest way to count: everything is kept, and everybody's messages are gone through one by one at the end. */
export function recount(items: readonly LogItem[]) {
  const lastSeqs = new Map<string, number>();
  const participants = new Set<string>();
  const inboxes = new Map<string, Inbox>();
  const messages = new Map<string, Message>();
  const inboxOf = (roomId: string, userId: string): Inbox => {
    const key = `${roomId} ${userId}`;
    const inbox = inboxes.get(key) ?? { roomId, userId, readSeq: 0, notifications: 'all', favourite: false };
    inboxes.set(key, inbox);
    return inbox;
  };

  for (const { event } of items) {
    if (event === null || !('roomId' in event.data) || typeof event.data.roomId !== 'string') continue;
    const { roomId } = event.data;
    const chatEvent = event as ChatEvent; // of a room: the rest of those changes nothing below
    const seq = (lastSeqs.get(roomId) ?? 0) + (hasFrame(chatEvent) ? 1 : 0);
    lastSeqs.set(roomId, seq);
    switch (event.type) {
      case 'ParticipantJoined':
      case 'ParticipantAdded': {
        const key = `${roomId} ${event.data.userId}`;
        if (!participants.has(key)) inboxOf(roomId, event.data.userId).readSeq = seq;
        participants.add(key);
        break;
      }
      case 'ParticipantLeft':
      case 'ParticipantRemoved':
        participants.delete(`${roomId} ${event.data.userId}`);
        break;
      case 'MessageSent': {
        const { messageId, authorId, mentions } = event.data;
        messages.set(messageId, { roomId, seq, authorId, mentions, deleted: false });
        break;
      }
      case 'MessageEdited': {
        const message = messages.get(event.data.messageId);
        if (message?.deleted === false) message.mentions = event.data.mentions;
        break;
      }
      case 'MessageDeleted':
        Object.assign(messages.get(event.data.messageId) ?? {}, { deleted: true });
        break;
      case 'RoomRead':
      case 'RoomMarkedUnread': {
        const { userId } = event.data;
        if (!participants.has(`${roomId} ${userId}`)) break;
        const inbox = inboxOf(roomId, userId);
        if (event.type === 'RoomRead') inbox.readSeq = Math.max(inbox.readSeq, Math.min(event.data.seq, seq));
        else inbox.readSeq = Math.min(inbox.readSeq, Math.max(event.data.seq - 1, 0));
        break;
      }
      case 'NotificationLevelSet':
        inboxOf(roomId, event.data.userId).notifications = event.data.level;
        break;
      case 'RoomFavourited':
        inboxOf(roomId, event.data.userId).favourite = true;
        break;
      case 'RoomUnfavourited':
        inboxOf(roomId, event.data.userId).favourite = false;
        break;
      default:
        break; // changes no count
    }
  }

  const unreadOf = ({ roomId, userId, readSeq }: Inbox): Message[] =>
    [...messages.values()].filter(
      (each) => each.roomId === roomId && each.seq > readSeq && each.authorId !== userId && !each.deleted,
    );
  const byKey = (one: { key: string }, other: { key: string }): number => (one.key < other.key ? -1 : 1);
  return {
    inboxes: [...participants]
      .flatMap((key) => {
        const inbox = inboxes.get(key);
        return inbox === undefined ? [] : [{ key, inbox }];
      })
      .sort(byKey)
      .map(({ inbox }) => ({
        ...inbox,
        unread: unreadOf(inbox).length,
        mentions: unreadOf(inbox).filter(
          ({ mentions: { userIds, room } }) => room || userIds.includes(inbox.userId),
        ).length,
      })),
    seqs: [...lastSeqs]
      .map(([roomId, lastSeq]) => ({ key: roomId, roomId, lastSeq }))
      .sort(byKey)
      .map(({ roomId, lastSeq }) => ({
        roomId,
        lastSeq,
        seqs: Array.from({ length: lastSeq }, (_, index) => index + 1),
      })),
  };
}
