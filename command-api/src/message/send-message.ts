import { present, type FieldError, type MessageEvent } from '@verbatim/shared';
import { accept, reject, rejectFields, type Decision } from '../deciding/decision.ts';
import { lacksRight } from '../room/room-rights.ts';
import type { MessageReference, SendMessage } from './message-command.ts';
import type { MessageWorld } from './message-world.ts';

export function sendMessage(command: SendMessage, world: MessageWorld): Decision<MessageEvent> {
  const { room, members, message } = world;
  const { actorId, messageId, day, text, mentions, roomRevision, replyTo, threadOf } = command;
  if (room.status === 'none') return reject('not-found');
  const lack = lacksRight(actorId, 'take-part', room, members);
  if (lack !== undefined) return reject(lack);
  if (room.status === 'archived') return reject('room-archived');
  if (room.settings.posting === 'moderators' && room.participants.get(actorId) === 'member')
    return reject('forbidden');
  const badReferences = [
    ...badReference('replyTo', replyTo, room.roomId),
    ...badReference('threadOf', threadOf, room.roomId),
  ];
  if (badReferences.length > 0) return rejectFields(...badReferences);
  if (threadOf?.found?.threadOf != null)
    return rejectFields({ path: 'threadOf', message: 'is itself in a thread: name its first message' });
  if (message.status !== 'none') return reject('id-taken');
  return accept({
    type: 'MessageSent',
    data: {
      messageId,
      roomId: room.roomId,
      authorId: actorId,
      day,
      kind: 'text',
      mentions,
      replyTo: replyTo?.messageId ?? null,
      threadOf: threadOf?.messageId ?? null,
      roomRevision,
      source: null,
    },
    content: present({ text }),
  });
}

/** Whether a message is elsewhere or nowhere is told alike. */
function badReference(path: string, reference: MessageReference | null, roomId: string): FieldError[] {
  if (reference === null || reference.found?.roomId === roomId) return [];
  return [{ path, message: 'is not a message of this room' }];
}
