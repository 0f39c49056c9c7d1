import type { PlacedMessageView, RoomSummaryView } from '@verbatim/shared/browser';
import { escapeInvisible } from '../text/invisible.ts';

interface Names {
  nameOf(userId: string, fallback?: string): string;
}

/** What a room is called: a direct room by its other person. */
export function roomTitle(
  room: Pick<RoomSummaryView, 'kind' | 'name' | 'participantIds'>,
  names: Names,
  myId: string,
): string {
  if (room.kind !== 'direct') return escapeInvisible(room.name ?? 'Unnamed room');
  const other = otherPerson(room, myId);
  return other === myId ? `${names.nameOf(myId)} (you)` : names.nameOf(other);
}

/** The other person of a direct room; oneself in a note to self. */
export const otherPerson = (room: Pick<RoomSummaryView, 'participantIds'>, myId: string): string =>
  room.participantIds.find((id) => id !== myId) ?? myId;

interface Rooms {
  get(roomId: string): RoomSummaryView | undefined;
}

/** Where a message is from, in a list over several rooms, of which one may read some without being in them. */
export function placeTitle(
  { message, roomName }: PlacedMessageView,
  { list, directory, myId }: { readonly list: Rooms; readonly directory: Names; readonly myId: string },
): string {
  const room = list.get(message.roomId);
  if (room === undefined) return `#${escapeInvisible(roomName ?? '')}`;
  const title = roomTitle(room, directory, myId);
  return room.kind === 'direct' ? `direct with ${title}` : `#${title}`;
}
