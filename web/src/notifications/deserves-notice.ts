import { callsPerson, type MessageView, type RoomSummaryView } from '@verbatim/shared/browser';

/** Whether a new message is to be said aloud, by the level that the person has set for the room. */
export function deservesNotice(
  message: Pick<MessageView, 'author' | 'mentions' | 'kind'>,
  room: Pick<RoomSummaryView, 'notifications' | 'kind' | 'role'>,
  myId: string,
): boolean {
  if (message.author.id === myId || message.kind === 'system' || room.role === null) return false;
  if (room.notifications === 'none') return false;
  if (room.notifications === 'all' || room.kind === 'direct') return true;
  return callsPerson(message.mentions, myId);
}
