import {
  assertNever,
  present,
  type MessageEvent,
  type MessageState,
  type RoomEvent,
  type RoomState,
} from '@verbatim/shared';
import { accept, alreadySo, reject, type Decision } from '../deciding/decision.ts';

/** What was done to a message where it comes from, by a person who came along. */
export type ImportedChange =
  | { readonly type: 'EditMessage'; readonly text: string }
  | { readonly type: 'DeleteMessage' }
  | { readonly type: 'React'; readonly userId: string; readonly emoji: string };

/** Rights were checked where it happened; here only imported messages are touched, and they must be there. */
export function decideImportedChange(change: ImportedChange, message: MessageState): Decision<MessageEvent> {
  if (message.status === 'none') return reject('not-found');
  if (message.source === null) return reject('forbidden');
  const { messageId, roomId, authorId, day } = message;
  switch (change.type) {
    case 'EditMessage':
      if (message.status === 'deleted') return reject('message-deleted');
      if (message.content !== 'present') return reject('expired');
      if (message.text === change.text) return alreadySo;
      return accept({
        type: 'MessageEdited',
        data: { messageId, roomId, authorId, day, mentions: { userIds: [], room: false } },
        content: present({ text: change.text }),
      });
    case 'DeleteMessage':
      if (message.status === 'deleted') return alreadySo;
      return accept({ type: 'MessageDeleted', data: { messageId, roomId } });
    case 'React': {
      const { userId, emoji } = change;
      if (message.status === 'deleted') return reject('message-deleted');
      if (message.reactions.get(emoji)?.has(userId) === true) return alreadySo;
      return accept({ type: 'ReactionAdded', data: { messageId, roomId, userId, emoji } });
    }
    default:
      return assertNever(change);
  }
}

export function decideImportedMembership(
  change: { readonly type: 'JoinRoom' | 'LeaveRoom'; readonly userId: string },
  room: RoomState,
): Decision<RoomEvent> {
  if (room.status === 'none') return reject('not-found');
  if (!room.imported) return reject('forbidden');
  const { roomId } = room;
  const { userId } = change;
  const isIn = room.participants.has(userId);
  if (isIn === (change.type === 'JoinRoom')) return alreadySo;
  return isIn
    ? accept({ type: 'ParticipantLeft', data: { roomId, userId } })
    : accept({ type: 'ParticipantJoined', data: { roomId, userId, role: 'member' } });
}

/** A room of an import is a public channel that its importer runs. */
export function decideImportedRoom(
  { roomId, name, actorId }: { readonly roomId: string; readonly name: string; readonly actorId: string },
  room: RoomState,
): Decision<RoomEvent> {
  if (room.status !== 'none') return room.imported ? alreadySo : reject('forbidden');
  return accept(
    {
      type: 'RoomCreated',
      data: { roomId, kind: 'channel', visibility: 'public', imported: true },
      content: present({ name, description: '' }),
    },
    { type: 'ParticipantJoined', data: { roomId, userId: actorId, role: 'admin' } },
  );
}
